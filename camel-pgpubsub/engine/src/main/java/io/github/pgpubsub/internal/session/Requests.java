package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the subscribers of one connected session want from the server, sent in as few round trips as can be: the wishes of all
 * subscribers for one kind of thing are one statement. When the server refuses that, each wish is sent alone, and what is
 * refused then is the failure of the subscriber that wished it: it is told, and the wish is sent again later. Lives as long as
 * its connection.
 */
final class Requests {

    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private static final Subscriber[] NOBODY = {};

    /** lock_not_available: another transaction held the lock that orders commits with NOTIFY for longer than lock_timeout. */
    private static final String LOCK_TIMEOUT = "55P03";
    /** program_limit_exceeded: the server's notification queue is full. */
    private static final String QUEUE_FULL = "54000";
    /** insufficient_privilege. */
    private static final String NOT_ALLOWED = "42501";

    /** Classes 25 and 26: what is asked for depends on what this session should be and is not. */
    private static final String INVALID_TRANSACTION = "25";
    private static final String NO_SUCH_STATEMENT = "26";

    /** Followed by _shared, or by nothing. */
    private static final String TRY = "pg_catalog.pg_try_advisory_lock";
    private static final String UNLOCK = "pg_catalog.pg_advisory_unlock";

    private static final Refusals NEVER_REFUSED = new Refusals(0, 0, NOBODY);

    /** pg_locks shows a bigint key as two halves (PostgreSQL documentation, 53.13 pg_locks). */
    static final String HOLDERS = """
            select key, pid from (
                select pid,
                    (classid::pg_catalog.int8 operator(pg_catalog.<<) 32) operator(pg_catalog.|) objid::pg_catalog.int8 as key
                from pg_catalog.pg_locks
                where locktype operator(pg_catalog.=) 'advisory' and objsubid operator(pg_catalog.=) 1 and granted
                  and database operator(pg_catalog.=)
                      (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())
            ) advisory
            where key operator(pg_catalog.=) any (?)""";

    private static final String CHECK = """
            select pg_catalog.pg_backend_pid(), (select pg_catalog.count(*) from pg_catalog.pg_listening_channels()),
                (select pg_catalog.count(*) from pg_catalog.pg_locks
                 where pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and locktype operator(pg_catalog.=) 'advisory'),
                pg_catalog.pg_notification_queue_usage()""";

    private static final String NOTIFY = """
            select pg_catalog.count(pg_catalog.pg_notify(c, p))
            from rows from (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])) as t(c, p)""";

    private static final String NAMES = """
            select pid, application_name from pg_catalog.pg_stat_activity where pid operator(pg_catalog.=) any (?)""";

    private static final String TERMINATE =
            "select pg_catalog.pg_terminate_backend(pid) from (" + HOLDERS + ") holders where pid operator(pg_catalog.=) ?";

    /** Rounds of questions that follow from answers, before the session reads on. */
    private static final int MOST_ROUNDS = 20;
    /** Bytes of a channel's name, in the server's encoding: NAMEDATALEN - 1. A longer one is cut, with a notice that may be off. */
    private static final int LONGEST_CHANNEL = 63;
    private static final String TOO_LONG = "select c from pg_catalog.unnest(?::pg_catalog.text[]) as t(c)"
            + " where pg_catalog.octet_length(c) operator(pg_catalog.>) " + LONGEST_CHANNEL + " limit 1";
    /** name_too_long. */
    private static final String NAME_TOO_LONG = "42622";

    private interface Asking<T> {
        T send() throws SQLException;
    }

    /** Before what was refused is sent again; doubles each time, for one subscriber. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 8;

    private record Listen(String channel, Subscriber owner, Runnable done) {}

    private record Notify(String channel, String payload, SessionStream.Answer<Boolean> committed, Subscriber owner) {}

    private record Lock(long key, SessionStream.Answer<Boolean> acquired, Subscriber owner) {}

    private record Unlock(long key, Runnable done, Subscriber owner) {}

    private record Share(long key, Subscriber owner) {}

    private record Question(List<Long> keys, SessionStream.Answer<Map<Long, List<Integer>>> backends, Subscriber owner) {}

    private record NameQuestion(
            Collection<Integer> backends, SessionStream.Answer<Map<Integer, String>> names, Subscriber owner) {}

    private record Termination(int backend, long key, SessionStream.Answer<Boolean> allowed, Subscriber owner) {}

    /** Any notification of that subscriber. */
    private record Word(Subscriber owner) {}

    private record Later(long at, Runnable wish) {}

    private record Refusals(int count, long until, Subscriber[] owners) {}

    private final ServerConnection connection;
    private final String ownMarks;
    private final Map<String, Subscriber[]> subscribers = new HashMap<>();
    private final Set<String> listening = new LinkedHashSet<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<Long> held = new LinkedHashSet<>();
    private long lastProof = System.nanoTime();
    private final RoundTrips roundTrips = new RoundTrips();
    private List<Listen> listens = new ArrayList<>();
    private List<Notify> notifies = new ArrayList<>();
    private List<Unlock> unlocks = new ArrayList<>();
    private List<Share> unshares = new ArrayList<>();
    private List<Share> shares = new ArrayList<>();
    private List<Lock> locks = new ArrayList<>();
    private List<Question> questions = new ArrayList<>();
    private List<NameQuestion> nameQuestions = new ArrayList<>();
    private List<Termination> terminations = new ArrayList<>();
    private List<Later> later = new ArrayList<>();
    /** Of wishes that the server refused, how many times in a row and until when they are not sent again. */
    private final Map<Object, Refusals> refusals = new HashMap<>();

    /** @param ownMarks the channel on which this process marks its own messages; listened to while any other is */
    Requests(ServerConnection connection, String ownMarks) {
        this.connection = connection;
        this.ownMarks = ownMarks;
    }

    /** What this subscriber asks with. */
    SessionStream of(Subscriber owner) {
        return new Asker(owner);
    }

    private final class Asker implements SessionStream {

        private final Subscriber owner;

        Asker(Subscriber owner) {
            this.owner = owner;
        }

        @Override
        public void listen(String channel, Subscriber subscriber, Runnable done) {
            Set<Subscriber> all = new LinkedHashSet<>(List.of(receivers(channel)));
            all.add(subscriber);
            subscribers.put(channel, all.toArray(NOBODY));
            changed.add(channel);
            listens.add(new Listen(channel, subscriber, done));
        }

        @Override
        public void unlisten(String channel, Subscriber subscriber) {
            Set<Subscriber> others = new LinkedHashSet<>(List.of(receivers(channel)));
            listens.removeIf(listen -> listen.channel.equals(channel) && listen.owner == subscriber);
            if (others.remove(subscriber)) {
                if (others.isEmpty()) {
                    subscribers.remove(channel);
                    granted(channel);
                } else {
                    subscribers.put(channel, others.toArray(NOBODY));
                }
                changed.add(channel);
            }
        }

        @Override
        public void notify(String channel, String payload, Answer<Boolean> committed) {
            notifies.add(new Notify(channel, payload, committed, owner));
        }

        @Override
        public void tryLock(long key, Answer<Boolean> acquired) {
            locks.add(new Lock(key, acquired, owner));
        }

        @Override
        public void shareLock(long key) {
            shares.add(new Share(key, owner));
        }

        @Override
        public void unlock(long key, Runnable done) {
            unlocks.add(new Unlock(key, done, owner));
        }

        @Override
        public void unshareLock(long key) {
            unshares.add(new Share(key, owner));
        }

        @Override
        public void holders(List<Long> keys, Answer<Map<Long, List<Integer>>> backends) {
            questions.add(new Question(keys, backends, owner));
        }

        @Override
        public void names(Collection<Integer> backends, Answer<Map<Integer, String>> names) {
            nameQuestions.add(new NameQuestion(List.copyOf(backends), names, owner));
        }

        @Override
        public void terminate(int backend, long key, Answer<Boolean> allowed) {
            terminations.add(new Termination(backend, key, allowed, owner));
        }

        @Override
        public long lastProof() {
            return lastProof;
        }

        @Override
        public long roundTrip() {
            return roundTrips.longest();
        }

        @Override
        public long serverUptime() {
            return connection.serverUptime();
        }

        @Override
        public int backend() {
            return connection.backend();
        }

        @Override
        public String server() {
            return Requests.this.server();
        }
    }

    /** The session was whole at that time; see {@link SessionStream#lastProof()}. */
    void proven(long at) {
        if (at - lastProof > 0) {
            lastProof = at;
        }
    }

    /** A refusal is an answer too. */
    private <T> T ask(Asking<T> request) throws SQLException {
        long sent = System.nanoTime();
        try {
            T answer = request.send();
            proven(sent);
            return answer;
        } catch (SQLException e) {
            if (!ConnectionFailure.isLoss(e)) {
                proven(sent);
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

    String server() {
        return connection.server();
    }

    /** Who gets what arrives on the channel: not to be changed, and not changed later. */
    Subscriber[] receivers(String channel) {
        return subscribers.getOrDefault(channel, NOBODY);
    }

    /**
     * Sends what was asked for, and what the answers ask for in turn. A subscriber that asks again and again does not keep the
     * session from reading: what is left after some rounds is sent with the next call.
     *
     * @return false: nothing was asked for
     */
    boolean flush() throws SQLException {
        boolean any = false;
        wishAgain();
        for (int round = 0; round < MOST_ROUNDS && !isEmpty(); round++) {
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
        try (PreparedStatement statement = connection.jdbc().prepareStatement(CHECK);
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
        return changed.isEmpty() && notifies.isEmpty() && unlocks.isEmpty() && unshares.isEmpty()
                && shares.isEmpty() && locks.isEmpty() && questions.isEmpty() && nameQuestions.isEmpty()
                && terminations.isEmpty();
    }

    private void flushChannels() throws SQLException {
        if (changed.isEmpty()) {
            return;
        }
        changed.add(ownMarks);
        List<String> turned = changed.stream().filter(channel -> isWanted(channel) != listening.contains(channel)).toList();
        changed.clear();
        if (!turned.isEmpty()) {
            turnOrAlone(turned);
        }
        List<Listen> asked = listens;
        listens = new ArrayList<>();
        for (Listen listen : asked) {
            if (listening.contains(listen.channel)) {
                listen.done.run();
            } else {
                listens.add(listen);
            }
        }
    }

    private boolean isWanted(String channel) {
        return channel.equals(ownMarks) ? !subscribers.isEmpty() : subscribers.containsKey(channel);
    }

    /** A refused statement was one transaction, so nothing of it has happened. */
    private void turnOrAlone(List<String> channels) throws SQLException {
        try {
            turn(channels);
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            for (String channel : channels) {
                turnAlone(channel);
            }
        }
    }

    private void turnAlone(String channel) throws SQLException {
        try {
            turn(List.of(channel));
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            refused(e, channel, () -> changed.add(channel), receivers(channel));
        }
    }

    private void turn(List<String> channels) throws SQLException {
        refuseTooLong(channels);
        StringBuilder sql = new StringBuilder();
        for (String channel : channels) {
            sql.append(isWanted(channel) ? "LISTEN " : "UNLISTEN ").append(connection.pg().escapeIdentifier(channel)).append(';');
        }
        try (Statement statement = connection.jdbc().createStatement()) {
            statement.setEscapeProcessing(false);
            ask(() -> statement.execute(sql.toString()));
        }
        for (String channel : channels) {
            if (isWanted(channel)) {
                listening.add(channel);
            } else {
                listening.remove(channel);
            }
            granted(channel);
        }
    }

    /** Only a server with an encoding of its own can find a name too long that has passed {@code ChannelName}. */
    private void refuseTooLong(List<String> channels) throws SQLException {
        Object[] asked = channels.stream().filter(this::isWanted).filter(channel -> !isAscii(channel)).toArray();
        if (asked.length == 0) {
            return;
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(TOO_LONG)) {
            statement.setArray(1, texts(asked));
            try (ResultSet rows = query(statement)) {
                if (rows.next()) {
                    throw new SQLException("Channel " + rows.getString(1) + " has more than " + LONGEST_CHANNEL
                            + " bytes in the encoding of the database", NAME_TOO_LONG);
                }
            }
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(each -> each < 128);
    }

    private void flushNotifies() throws SQLException {
        List<Notify> sent = notifies;
        notifies = new ArrayList<>();
        if (sent.isEmpty()) {
            return;
        }
        try {
            send(sent);
            if (!refusals.isEmpty()) {
                sent.forEach(notify -> granted(new Word(notify.owner)));
            }
            sent.forEach(notify -> notify.committed.accept(true));
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            // The server is busy, the session and its locks are whole: no reason to leave.
            boolean busy = LOCK_TIMEOUT.equals(e.getSQLState()) || QUEUE_FULL.equals(e.getSQLState());
            if (busy || sent.size() == 1) {
                LOG.warn("Control messages could not be sent, they will be tried again: {}", e.getMessage());
                if (!busy) {
                    // Whether it is said again is its owner's to decide.
                    refused(e, new Word(sent.get(0).owner), () -> { }, sent.get(0).owner);
                }
                sent.forEach(notify -> notify.committed.accept(false));
            } else {
                // They were one transaction.
                for (Notify notify : sent) {
                    notifies.add(notify);
                    flushNotifies();
                }
            }
        }
    }

    private void send(List<Notify> sent) throws SQLException {
        try (PreparedStatement statement = connection.jdbc().prepareStatement(NOTIFY)) {
            statement.setArray(1, texts(sent.stream().map(Notify::channel).toArray()));
            statement.setArray(2, texts(sent.stream().map(Notify::payload).toArray()));
            ask(statement::executeQuery).close();
        }
    }

    private void flushUnlocks() throws SQLException {
        List<Unlock> sent = unlocks;
        unlocks = new ArrayList<>();
        Map<Long, SQLException> refused = new HashMap<>();
        byKeyOrAlone(UNLOCK, sent.stream().map(Unlock::key).toList(), refused);
        for (Unlock unlock : sent) {
            SQLException refusal = refused.get(unlock.key);
            if (refusal == null) {
                held.remove(unlock.key);
                granted(unlock);
                unlock.done.run();
            } else {
                refused(refusal, unlock, () -> unlocks.add(unlock), unlock.owner);
            }
        }
        List<Share> given = unshares;
        unshares = new ArrayList<>();
        share(UNLOCK + "_shared", given, share -> held.remove(share.key), share -> unshares.add(share));
    }

    private void flushLocks() throws SQLException {
        List<Share> taken = shares;
        shares = new ArrayList<>();
        share(TRY + "_shared", taken, share -> held.add(share.key), share -> shares.add(share));
        List<Lock> sent = locks;
        locks = new ArrayList<>();
        Map<Long, SQLException> refused = new HashMap<>();
        Map<Long, Boolean> acquired = byKeyOrAlone(TRY,
                sent.stream().map(Lock::key).filter(key -> !isTooEarly(key)).toList(), refused);
        for (Lock lock : sent) {
            SQLException refusal = refused.get(lock.key);
            if (refusal != null) {
                // Who asked asks again, at its own pace; it is not asked before its time.
                refused(refusal, lock.key, () -> { }, lock.owner);
            } else if (acquired.containsKey(lock.key)) {
                grantedLocks(lock.owner);
            }
            boolean has = acquired.getOrDefault(lock.key, false);
            if (has) {
                held.add(lock.key);
            }
            lock.acquired.accept(has);
        }
    }

    private void share(String function, List<Share> sent, Consumer<Share> done, Consumer<Share> again) throws SQLException {
        Map<Long, SQLException> refused = new HashMap<>();
        byKeyOrAlone(function, sent.stream().map(Share::key).toList(), refused);
        for (Share share : sent) {
            SQLException refusal = refused.get(share.key);
            if (refusal == null) {
                done.accept(share);
                granted(share);
            } else {
                refused(refusal, share, () -> again.accept(share), share.owner);
            }
        }
    }

    private void flushQuestions() throws SQLException {
        List<Question> sent = questions;
        questions = new ArrayList<>();
        if (sent.isEmpty()) {
            return;
        }
        Map<Long, List<Integer>> holders;
        try {
            holders = holders(sent.stream().flatMap(question -> question.keys.stream()).toList());
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            sent.forEach(question -> refused(e, question, () -> questions.add(question), question.owner));
            return;
        }
        for (Question question : sent) {
            granted(question);
            question.backends.accept(holders);
        }
    }

    private Map<Long, List<Integer>> holders(List<Long> keys) throws SQLException {
        Map<Long, List<Integer>> holders = new HashMap<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(HOLDERS)) {
            statement.setArray(1, keys(keys));
            try (ResultSet rows = query(statement)) {
                while (rows.next()) {
                    holders.computeIfAbsent(rows.getLong(1), key -> new ArrayList<>()).add(rows.getInt(2));
                }
            }
        }
        return holders;
    }

    private void flushNameQuestions() throws SQLException {
        List<NameQuestion> sent = nameQuestions;
        nameQuestions = new ArrayList<>();
        for (NameQuestion question : sent) {
            Map<Integer, String> names;
            try {
                names = names(question.backends);
            } catch (SQLException e) {
                throwUnlessRefusal(e);
                refused(e, question, () -> nameQuestions.add(question), question.owner);
                continue;
            }
            granted(question);
            question.names.accept(names);
        }
    }

    private Map<Integer, String> names(Collection<Integer> backends) throws SQLException {
        Map<Integer, String> names = new HashMap<>();
        try (PreparedStatement statement = connection.jdbc().prepareStatement(NAMES)) {
            statement.setArray(1, connection.jdbc().createArrayOf("integer", backends.toArray()));
            try (ResultSet rows = query(statement)) {
                while (rows.next()) {
                    names.put(rows.getInt(1), rows.getString(2));
                }
            }
        }
        return names;
    }

    private void flushTerminations() throws SQLException {
        List<Termination> sent = terminations;
        terminations = new ArrayList<>();
        for (Termination termination : sent) {
            boolean allowed = true;
            try (PreparedStatement statement = connection.jdbc().prepareStatement(TERMINATE)) {
                statement.setArray(1, keys(List.of(termination.key)));
                statement.setInt(2, termination.backend);
                query(statement).close();
            } catch (SQLException e) {
                throwUnlessRefusal(e);
                if (!NOT_ALLOWED.equals(e.getSQLState())) {
                    refused(e, termination, () -> terminations.add(termination), termination.owner);
                    continue;
                }
                allowed = false;
            }
            granted(termination);
            termination.allowed.accept(allowed);
        }
    }

    // ---- what the server refuses

    /** What is about the connection, or leaves it useless, ends it; everything else is about what was asked for. */
    static boolean isRefusal(SQLException e) {
        String state = e.getSQLState();
        return !ConnectionFailure.isLoss(e) && !state.startsWith(INVALID_TRANSACTION) && !state.startsWith(NO_SUCH_STATEMENT);
    }

    private static void throwUnlessRefusal(SQLException e) throws SQLException {
        if (!isRefusal(e)) {
            throw e;
        }
    }

    /** @param wish what is refused, to count how many times in a row */
    private void refused(SQLException refusal, Object wish, Runnable again, Subscriber... owners) {
        Refusals before = refusals.getOrDefault(wish, NEVER_REFUSED);
        long at = System.nanoTime() + (RETRY_NANOS << Math.min(before.count, MOST_DOUBLINGS));
        refusals.put(wish, new Refusals(before.count + 1, at, owners));
        later.add(new Later(at, again));
        for (Subscriber owner : owners) {
            owner.refused(refusal);
        }
    }

    private void granted(Object wish) {
        Refusals former = refusals.remove(wish);
        if (former != null) {
            for (Subscriber owner : former.owners) {
                tellIfAllIsGranted(owner);
            }
        }
    }

    /** There is room for locks again; not each one that was refused is asked for again. */
    private void grantedLocks(Subscriber owner) {
        if (!refusals.isEmpty()
                && refusals.entrySet().removeIf(each -> each.getKey() instanceof Long && isOf(each.getValue(), owner))) {
            tellIfAllIsGranted(owner);
        }
    }

    private void tellIfAllIsGranted(Subscriber owner) {
        if (refusals.values().stream().noneMatch(each -> isOf(each, owner))) {
            owner.granted();
        }
    }

    private static boolean isOf(Refusals refusals, Subscriber owner) {
        return Arrays.asList(refusals.owners).contains(owner);
    }

    private boolean isTooEarly(Object wish) {
        Refusals before = refusals.get(wish);
        return before != null && before.until - System.nanoTime() > 0;
    }

    private void wishAgain() {
        if (!later.isEmpty()) {
            long now = System.nanoTime();
            List<Later> waiting = later;
            later = new ArrayList<>();
            for (Later each : waiting) {
                if (each.at - now > 0) {
                    later.add(each);
                } else {
                    each.wish.run();
                }
            }
        }
    }

    /**
     * Session-level locks outlive the failure of the statement that took them: what a refused one took is given back first. (To
     * look it up in pg_locks needs locks, too.) To give back what is not held is answered with a warning, which nobody sees.
     *
     * @param refused takes those that the server refuses; they are not among the answers
     */
    private Map<Long, Boolean> byKeyOrAlone(String function, List<Long> keys, Map<Long, SQLException> refused)
            throws SQLException {
        try {
            return byKey(function, keys);
        } catch (SQLException e) {
            throwUnlessRefusal(e);
        }
        if (function.startsWith(TRY)) {
            byKey(UNLOCK + function.substring(TRY.length()), keys);
        }
        Map<Long, Boolean> answers = new HashMap<>();
        for (Long key : keys) {
            try {
                answers.putAll(byKey(function, List.of(key)));
            } catch (SQLException e) {
                throwUnlessRefusal(e);
                refused.put(key, e);
            }
        }
        return answers;
    }

    private Map<Long, Boolean> byKey(String function, List<Long> keys) throws SQLException {
        Map<Long, Boolean> results = new LinkedHashMap<>();
        if (keys.isEmpty()) {
            return results;
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(
                "select k, " + function + "(k) from pg_catalog.unnest(?::pg_catalog.int8[]) as t(k)")) {
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
