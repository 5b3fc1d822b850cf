package io.github.pgpubsub.session;

import io.github.pgpubsub.connect.ConnectionFailure;
import io.github.pgpubsub.connect.ServerConnection;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the subscribers of one connected session want from the server, sent in as few round trips as can be: the wishes of all
 * subscribers for one kind of thing are one statement. Lives as long as its connection.
 */
final class Requests implements Stream {

    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private static final Subscriber[] NOBODY = {};

    /** lock_not_available: another transaction held the lock that orders commits with NOTIFY for longer than lock_timeout. */
    private static final String LOCK_TIMEOUT = "55P03";
    /** program_limit_exceeded: the server's notification queue is full. */
    private static final String QUEUE_FULL = "54000";
    /** insufficient_privilege. */
    private static final String NOT_ALLOWED = "42501";

    /** pg_locks shows a bigint key as two halves (PostgreSQL documentation, 53.13 pg_locks). */
    static final String HOLDERS = """
            select (classid::bigint << 32) | objid::bigint as key, pid from pg_locks
            where locktype = 'advisory' and objsubid = 1 and granted
              and database = (select oid from pg_database where datname = current_database())
              and (classid::bigint << 32) | objid::bigint = any (?)""";

    private interface Asking<T> {
        T send() throws SQLException;
    }

    private record Notify(String channel, String payload, Answer<Boolean> committed) {}

    private record Lock(long key, Answer<Boolean> acquired) {}

    private record Unlock(long key, Runnable done) {}

    private record Question(List<Long> keys, Answer<Map<Long, List<Integer>>> backends) {}

    private record NameQuestion(Collection<Integer> backends, Answer<Map<Integer, String>> names) {}

    private record Termination(int backend, long key, Answer<Boolean> allowed) {}

    private final ServerConnection connection;
    private final String ownMarks;
    private final Map<String, Subscriber[]> subscribers = new HashMap<>();
    private final Set<String> listening = new LinkedHashSet<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<Long> held = new LinkedHashSet<>();
    private long lastRead = System.nanoTime();
    private final RoundTrips roundTrips = new RoundTrips();
    private List<Runnable> listened = new ArrayList<>();
    private List<Notify> notifies = new ArrayList<>();
    private List<Unlock> unlocks = new ArrayList<>();
    private List<Long> unshares = new ArrayList<>();
    private List<Long> shares = new ArrayList<>();
    private List<Lock> locks = new ArrayList<>();
    private List<Question> questions = new ArrayList<>();
    private List<NameQuestion> nameQuestions = new ArrayList<>();
    private List<Termination> terminations = new ArrayList<>();

    /** @param ownMarks the channel on which this process marks its own messages; listened to while any other is */
    Requests(ServerConnection connection, String ownMarks) {
        this.connection = connection;
        this.ownMarks = ownMarks;
    }

    @Override
    public void listen(String channel, Subscriber subscriber, Runnable done) {
        Set<Subscriber> all = new LinkedHashSet<>(List.of(of(channel)));
        all.add(subscriber);
        subscribers.put(channel, all.toArray(NOBODY));
        changed.add(channel);
        listened.add(done);
    }

    @Override
    public void unlisten(String channel, Subscriber subscriber) {
        Set<Subscriber> others = new LinkedHashSet<>(List.of(of(channel)));
        if (others.remove(subscriber)) {
            if (others.isEmpty()) {
                subscribers.remove(channel);
            } else {
                subscribers.put(channel, others.toArray(NOBODY));
            }
            changed.add(channel);
        }
    }

    @Override
    public void notify(String channel, String payload, Answer<Boolean> committed) {
        notifies.add(new Notify(channel, payload, committed));
    }

    @Override
    public void tryLock(long key, Answer<Boolean> acquired) {
        locks.add(new Lock(key, acquired));
    }

    @Override
    public void shareLock(long key) {
        shares.add(key);
    }

    @Override
    public void unlock(long key, Runnable done) {
        unlocks.add(new Unlock(key, done));
    }

    @Override
    public void unshareLock(long key) {
        unshares.add(key);
    }

    @Override
    public void holders(List<Long> keys, Answer<Map<Long, List<Integer>>> backends) {
        questions.add(new Question(keys, backends));
    }

    @Override
    public void names(Collection<Integer> backends, Answer<Map<Integer, String>> names) {
        nameQuestions.add(new NameQuestion(List.copyOf(backends), names));
    }

    @Override
    public void terminate(int backend, long key, Answer<Boolean> allowed) {
        terminations.add(new Termination(backend, key, allowed));
    }

    /** The session has read, or got an answer, and the connection was there. */
    void read(long since) {
        if (since - lastRead > 0) {
            lastRead = since;
        }
    }

    /** A refusal is an answer too. */
    private <T> T ask(Asking<T> request) throws SQLException {
        long sent = System.nanoTime();
        try {
            T answer = request.send();
            read(sent);
            return answer;
        } catch (SQLException e) {
            if (!ConnectionFailure.isLoss(e)) {
                read(sent);
            }
            throw e;
        }
    }

    /** With the whole answer: the driver fetches all rows at once. */
    private ResultSet query(PreparedStatement statement) throws SQLException {
        long sent = System.nanoTime();
        ResultSet rows = ask(statement::executeQuery);
        roundTrips.add(System.nanoTime() - sent);
        return rows;
    }

    @Override
    public long lastRead() {
        return lastRead;
    }

    @Override
    public long roundTrip() {
        return roundTrips.longest();
    }

    @Override
    public int backend() {
        return connection.backend();
    }

    @Override
    public String server() {
        return connection.server();
    }

    @Override
    public long serverUptime() {
        return connection.serverUptime();
    }

    /** Who gets what arrives on the channel: not to be changed, and not changed later. */
    Subscriber[] of(String channel) {
        return subscribers.getOrDefault(channel, NOBODY);
    }

    /**
     * Sends what was asked for, and what the answers ask for in turn, until nothing is left.
     *
     * @return false: nothing was
     */
    boolean flush() throws SQLException {
        boolean any = false;
        while (!isEmpty()) {
            any = true;
            flushChannels();
            flushNotifies();
            flushUnlocks();
            flushLocks();
            flushQuestions();
            flushNameQuestions();
            flushTerminations();
        }
        return any;
    }

    /**
     * Asks for a sign of life, and whether LISTENs and locks are still there: DISCARD ALL takes both away without a word.
     *
     * @return share of the server's notification queue that is in use, 0 to 1
     * @throws SQLException when the connection is gone, or what it held
     */
    double check() throws SQLException {
        try (PreparedStatement statement = connection.jdbc().prepareStatement(
                "select pg_backend_pid(), (select count(*) from pg_listening_channels()),"
                        + " (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'),"
                        + " pg_notification_queue_usage()");
                ResultSet row = query(statement)) {
            row.next();
            if (row.getInt(1) != connection.backend()) {
                throw new SQLException("Another backend answers than the one that listens, so there is a pooler between that gives"
                        + " each transaction another one (pool_mode=transaction)");
            }
            if (row.getInt(2) < listening.size() || row.getInt(3) < held.size()) {
                throw new SQLException("The session has lost its LISTENs or its locks; something has run DISCARD or UNLISTEN on it");
            }
            return row.getDouble(4);
        }
    }

    private boolean isEmpty() {
        return changed.isEmpty() && listened.isEmpty() && notifies.isEmpty() && unlocks.isEmpty() && unshares.isEmpty()
                && shares.isEmpty() && locks.isEmpty() && questions.isEmpty() && nameQuestions.isEmpty()
                && terminations.isEmpty();
    }

    private void flushChannels() throws SQLException {
        StringBuilder sql = new StringBuilder();
        if (!changed.isEmpty()) {
            changed.add(ownMarks);
        }
        for (String channel : changed) {
            boolean wanted = channel.equals(ownMarks) ? !subscribers.isEmpty() : subscribers.containsKey(channel);
            if (wanted ? listening.add(channel) : listening.remove(channel)) {
                sql.append(wanted ? "LISTEN " : "UNLISTEN ").append(connection.pg().escapeIdentifier(channel)).append(';');
            }
        }
        changed.clear();
        if (!sql.isEmpty()) {
            try (Statement statement = connection.jdbc().createStatement()) {
                statement.setEscapeProcessing(false);
                ask(() -> statement.execute(sql.toString()));
            }
        }
        List<Runnable> done = listened;
        listened = new ArrayList<>();
        done.forEach(Runnable::run);
    }

    private void flushNotifies() throws SQLException {
        if (notifies.isEmpty()) {
            return;
        }
        List<Notify> sent = notifies;
        notifies = new ArrayList<>();
        boolean committed = true;
        try (PreparedStatement statement = connection.jdbc().prepareStatement(
                "select count(pg_notify(c, p)) from unnest(?::text[], ?::text[]) as t(c, p)")) {
            statement.setArray(1, texts(sent.stream().map(Notify::channel).toArray()));
            statement.setArray(2, texts(sent.stream().map(Notify::payload).toArray()));
            ask(statement::executeQuery).close();
        } catch (SQLException e) {
            // The server is busy, the session and its locks are whole: no reason to leave.
            if (!LOCK_TIMEOUT.equals(e.getSQLState()) && !QUEUE_FULL.equals(e.getSQLState())) {
                throw e;
            }
            LOG.warn("Control messages could not be sent, they will be tried again: {}", e.getMessage());
            committed = false;
        }
        for (Notify notify : sent) {
            notify.committed.accept(committed);
        }
    }

    private void flushUnlocks() throws SQLException {
        List<Unlock> sent = unlocks;
        unlocks = new ArrayList<>();
        List<Long> keys = sent.stream().map(Unlock::key).toList();
        byKey("pg_advisory_unlock", keys);
        held.removeAll(keys);
        byKey("pg_advisory_unlock_shared", unshares);
        held.removeAll(unshares);
        unshares = new ArrayList<>();
        sent.forEach(unlock -> unlock.done.run());
    }

    private void flushLocks() throws SQLException {
        byKey("pg_try_advisory_lock_shared", shares);
        held.addAll(shares);
        shares = new ArrayList<>();
        List<Lock> sent = locks;
        locks = new ArrayList<>();
        Map<Long, Boolean> acquired = byKey("pg_try_advisory_lock", sent.stream().map(Lock::key).toList());
        for (Lock lock : sent) {
            if (acquired.get(lock.key)) {
                held.add(lock.key);
            }
            lock.acquired.accept(acquired.get(lock.key));
        }
    }

    private void flushQuestions() throws SQLException {
        if (questions.isEmpty()) {
            return;
        }
        List<Question> sent = questions;
        questions = new ArrayList<>();
        Map<Long, List<Integer>> holders = new HashMap<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(HOLDERS)) {
            statement.setArray(1, keys(sent.stream().flatMap(question -> question.keys.stream()).toList()));
            try (ResultSet rows = query(statement)) {
                while (rows.next()) {
                    holders.computeIfAbsent(rows.getLong(1), key -> new ArrayList<>()).add(rows.getInt(2));
                }
            }
        }
        sent.forEach(question -> question.backends.accept(holders));
    }

    private void flushNameQuestions() throws SQLException {
        List<NameQuestion> sent = nameQuestions;
        nameQuestions = new ArrayList<>();
        for (NameQuestion question : sent) {
            Map<Integer, String> names = new HashMap<>();
            try (PreparedStatement statement = connection.jdbc().prepareStatement(
                    "select pid, application_name from pg_stat_activity where pid = any (?)")) {
                statement.setArray(1, connection.jdbc().createArrayOf("integer", question.backends.toArray()));
                try (ResultSet rows = query(statement)) {
                    while (rows.next()) {
                        names.put(rows.getInt(1), rows.getString(2));
                    }
                }
            }
            question.names.accept(names);
        }
    }

    private void flushTerminations() throws SQLException {
        List<Termination> sent = terminations;
        terminations = new ArrayList<>();
        for (Termination termination : sent) {
            boolean allowed = true;
            try (PreparedStatement statement = connection.jdbc().prepareStatement(
                    "select pg_terminate_backend(pid) from (" + HOLDERS + ") holders where pid = ?")) {
                statement.setArray(1, keys(List.of(termination.key)));
                statement.setInt(2, termination.backend);
                query(statement).close();
            } catch (SQLException e) {
                if (!NOT_ALLOWED.equals(e.getSQLState())) {
                    throw e;
                }
                allowed = false;
            }
            termination.allowed.accept(allowed);
        }
    }

    private Map<Long, Boolean> byKey(String function, List<Long> keys) throws SQLException {
        Map<Long, Boolean> results = new LinkedHashMap<>();
        if (keys.isEmpty()) {
            return results;
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(
                "select k, " + function + "(k) from unnest(?::bigint[]) as t(k)")) {
            statement.setArray(1, keys(keys));
            try (ResultSet rows = query(statement)) {
                while (rows.next()) {
                    results.put(rows.getLong(1), rows.getBoolean(2));
                }
            }
        }
        return results;
    }

    private Array keys(List<Long> keys) throws SQLException {
        return connection.jdbc().createArrayOf("bigint", keys.toArray());
    }

    private Array texts(Object[] values) throws SQLException {
        return connection.jdbc().createArrayOf("text", values);
    }
}
