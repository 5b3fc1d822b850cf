package io.github.pgpubsub.internal.session;

import static io.github.pgpubsub.internal.session.Refusals.throwUnlessRefusal;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests about other backends: lock holders, application names, and ending a backend; and questions that nobody depends on. Belongs to
 * the session's thread.
 */
final class BackendRequests {

    private static final Logger LOG = LoggerFactory.getLogger(BackendRequests.class);

    /** insufficient_privilege. */
    private static final String NOT_ALLOWED = "42501";

    private static final String NAMES = """
            select pid, application_name from pg_catalog.pg_stat_activity where pid operator(pg_catalog.=) any (?)""";

    private static final String TERMINATE = "select pg_catalog.pg_terminate_backend(pid) from (" + AdvisoryLocks.HOLDERS
            + ") holders where pid operator(pg_catalog.=) ?";

    /** @param keys or upper halves of keys */
    private record HoldersQuestion(List<Long> keys, SessionStream.Answer<Map<Long, List<Integer>>> backends, Subscriber owner) {}

    private record NamesQuestion(
            Collection<Integer> backends, SessionStream.Answer<Map<Integer, String>> names, Subscriber owner) {}

    private record TextsQuestion(String sql, List<String> parameters) {}

    private record Termination(int backend, long key, SessionStream.Answer<Boolean> allowed, Subscriber owner) {

        /** Of all requests to end this backend for this lock: the owner repeats them at its own pace. */
        TerminationTry attempt() {
            return new TerminationTry(backend, key, owner);
        }
    }

    private record TerminationTry(int backend, long key, Subscriber owner) {}

    private final ServerConnection connection;
    private final RoundTrips roundTrips;
    private final Refusals refusals;
    private final Batch<HoldersQuestion> holders = new Batch<>();
    private final Batch<HoldersQuestion> upperHalves = new Batch<>();
    private final Batch<NamesQuestion> names = new Batch<>();
    /** Questions that nobody depends on, each with all who ask it. */
    private final Map<TextsQuestion, List<SessionStream.Answer<List<String>>>> texts = new LinkedHashMap<>();
    private final Batch<Termination> terminations = new Batch<>();

    BackendRequests(ServerConnection connection, RoundTrips roundTrips, Refusals refusals) {
        this.connection = connection;
        this.roundTrips = roundTrips;
        this.refusals = refusals;
    }

    void holders(List<Long> keys, SessionStream.Answer<Map<Long, List<Integer>>> backends, Subscriber owner) {
        holders.add(new HoldersQuestion(keys, backends, owner));
    }

    void holdersOfUpperHalf(int upper, SessionStream.Answer<Map<Long, List<Integer>>> backends, Subscriber owner) {
        upperHalves.add(new HoldersQuestion(List.of((long) upper), backends, owner));
    }

    void names(Collection<Integer> backends, SessionStream.Answer<Map<Integer, String>> answer, Subscriber owner) {
        names.add(new NamesQuestion(List.copyOf(backends), answer, owner));
    }

    void ask(String sql, List<String> parameters, SessionStream.Answer<List<String>> answer) {
        texts.computeIfAbsent(new TextsQuestion(sql, List.copyOf(parameters)), question -> new ArrayList<>()).add(answer);
    }

    void terminate(int backend, long key, SessionStream.Answer<Boolean> allowed, Subscriber owner) {
        terminations.add(new Termination(backend, key, allowed, owner));
    }

    /** Whether nothing waits but questions that nobody depends on. */
    boolean isEmpty() {
        return holders.isEmpty() && upperHalves.isEmpty() && names.isEmpty() && terminations.isEmpty();
    }

    void flush() throws SQLException {
        askForHolders(AdvisoryLocks.HOLDERS, holders);
        askForHolders(AdvisoryLocks.HOLDERS_OF_UPPER_HALF, upperHalves);
        askForNames();
        terminate();
    }

    private void askForHolders(String sql, Batch<HoldersQuestion> questions) throws SQLException {
        List<HoldersQuestion> sent = questions.take();
        if (sent.isEmpty()) {
            return;
        }
        Map<Long, List<Integer>> answer;
        try {
            answer = holders(sql, sent.stream().flatMap(question -> question.keys.stream()).toList());
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            sent.forEach(question -> refusals.refused(e, question, () -> questions.add(question), question.owner));
            return;
        }
        for (HoldersQuestion question : sent) {
            refusals.granted(question);
            question.backends.accept(answer);
        }
    }

    private Map<Long, List<Integer>> holders(String sql, List<Long> keys) throws SQLException {
        Map<Long, List<Integer>> found = new HashMap<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(sql)) {
            statement.setArray(1, connection.jdbc().createArrayOf("bigint", keys.toArray()));
            try (ResultSet rows = roundTrips.query(statement)) {
                while (rows.next()) {
                    found.computeIfAbsent(rows.getLong(1), key -> new ArrayList<>()).add(rows.getInt(2));
                }
            }
        }
        return found;
    }

    private void askForNames() throws SQLException {
        for (NamesQuestion question : names.take()) {
            Map<Integer, String> answer;
            try {
                answer = names(question.backends);
            } catch (SQLException e) {
                throwUnlessRefusal(e);
                refusals.refused(e, question, () -> names.add(question), question.owner);
                continue;
            }
            refusals.granted(question);
            question.names.accept(answer);
        }
    }

    private Map<Integer, String> names(Collection<Integer> backends) throws SQLException {
        Map<Integer, String> found = new HashMap<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(NAMES)) {
            statement.setArray(1, connection.jdbc().createArrayOf("integer", backends.toArray()));
            try (ResultSet rows = roundTrips.query(statement)) {
                while (rows.next()) {
                    found.put(rows.getInt(1), rows.getString(2));
                }
            }
        }
        return found;
    }

    /** Asks one of the questions that nobody depends on, for all who ask it; false if there is none. */
    boolean askForTexts() throws SQLException {
        Iterator<TextsQuestion> waiting = texts.keySet().iterator();
        if (!waiting.hasNext()) {
            return false;
        }
        TextsQuestion question = waiting.next();
        List<String> answer = texts(question);
        List<SessionStream.Answer<List<String>>> told = texts.remove(question);
        told.forEach(each -> each.accept(answer));
        return true;
    }

    private List<String> texts(TextsQuestion question) throws SQLException {
        List<String> answer = new ArrayList<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(question.sql)) {
            for (int i = 0; i < question.parameters.size(); i++) {
                statement.setString(i + 1, question.parameters.get(i));
            }
            try (ResultSet rows = roundTrips.query(statement)) {
                while (rows.next()) {
                    answer.add(rows.getString(1));
                }
            }
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            LOG.debug("The server does not answer a question that nobody depends on", e);
            answer.clear();
        }
        return answer;
    }

    private void terminate() throws SQLException {
        for (Termination termination : terminations.take()) {
            boolean allowed = true;
            try {
                terminate(termination);
            } catch (SQLException e) {
                throwUnlessRefusal(e);
                if (!NOT_ALLOWED.equals(e.getSQLState())) {
                    // Not sent again from here: later on the backend may show signs of life. Who does not ask again has no trouble any more.
                    TerminationTry attempt = termination.attempt();
                    refusals.refused(e, attempt, () -> refusals.granted(attempt), termination.owner);
                    continue;
                }
                allowed = false;
            }
            refusals.granted(termination.attempt());
            termination.allowed.accept(allowed);
        }
    }

    private void terminate(Termination termination) throws SQLException {
        try (PreparedStatement statement = connection.jdbc().prepareStatement(TERMINATE)) {
            statement.setArray(1, connection.jdbc().createArrayOf("bigint", new Object[] {termination.key}));
            statement.setInt(2, termination.backend);
            roundTrips.query(statement).close();
        }
    }
}
