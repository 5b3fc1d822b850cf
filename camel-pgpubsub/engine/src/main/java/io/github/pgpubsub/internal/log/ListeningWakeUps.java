package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.connection.ServerConnection;
import io.github.pgpubsub.internal.connection.TransactionPooler;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears wake-ups on a connection and thread of its own. */
public final class ListeningWakeUps implements WakeUps {

    private static final Logger LOG = LoggerFactory.getLogger(ListeningWakeUps.class);

    private static final Duration IO_TIMEOUT = Duration.ofSeconds(10);
    /** Silence after which the server is asked for a sign of life. */
    private static final int SILENCE_MILLIS = 5_000;
    /** How long the server may take for it. */
    private static final int SIGN_SECONDS = 3;

    private final ConnectionSource source;
    private final String name;
    private final @Nullable ConnectionCustomizer customizer;
    private final BiFunction<String, Runnable, Thread> threads;
    private final Backoff backoff;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable ServerConnection current;
    private volatile boolean listening;
    private @Nullable Thread thread;

    /**
     * @param name    the connection's name in {@code pg_stat_activity}
     * @param threads creates an unstarted thread from its purpose and a task
     */
    public ListeningWakeUps(ConnectionSource source, String name, Duration reconnectDelay, Duration reconnectMaxDelay,
            @Nullable ConnectionCustomizer customizer, BiFunction<String, Runnable, Thread> threads) {
        this.source = source;
        this.name = name;
        this.customizer = customizer;
        this.threads = threads;
        this.backoff = new Backoff(reconnectDelay, reconnectMaxDelay, ThreadLocalRandom.current());
    }

    @Override
    public synchronized void start(UUID reader, Consumer<String> woken) {
        Thread started = threads.apply("wake", () -> run(reader, woken));
        thread = started;
        started.start();
    }

    @Override
    public boolean isListening() {
        return listening;
    }

    private void run(UUID reader, Consumer<String> woken) {
        while (closed.getCount() > 0) {
            try (ServerConnection connection = open(reader)) {
                current = connection;
                backoff.reset();
                listening = true;
                // What was written meanwhile woke nobody.
                woken.accept("");
                listen(connection, woken);
            } catch (SQLException | RuntimeException e) {
                failed(e);
            } finally {
                listening = false;
                current = null;
            }
            pause();
        }
    }

    private ServerConnection open(UUID reader) throws SQLException {
        ServerConnection opened = ServerConnection.open(source, name, IO_TIMEOUT, customizer);
        try (Statement statement = opened.jdbc().createStatement()) {
            TransactionPooler.refuse(opened, source, IO_TIMEOUT);
            if (!opened.behindPooler()) {
                opened.set(Map.of("idle_session_timeout", "0"));
            }
            statement.execute("LISTEN \"" + LogQueries.WAKE_PREFIX + reader + "\"");
            statement.execute("LISTEN \"" + LogQueries.WAKE_ALL + "\"");
            return opened;
        } catch (SQLException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    private void listen(ServerConnection connection, Consumer<String> woken) throws SQLException {
        while (closed.getCount() > 0) {
            if (!pass(connection.pg().getNotifications(SILENCE_MILLIS), woken)) {
                if (!connection.jdbc().isValid(SIGN_SECONDS)) {
                    throw new SQLException("The server gives no sign of life");
                }
                // Those that came with the sign; a wait for more would not return them before its end.
                boolean unused = pass(connection.pg().getNotifications(), woken);
            }
        }
    }

    /** False: there is none. */
    private static boolean pass(PGNotification @Nullable [] heard, Consumer<String> woken) {
        if (heard == null) {
            return false;
        }
        for (PGNotification each : heard) {
            woken.accept(each.getParameter());
        }
        return heard.length > 0;
    }

    private void failed(Exception failure) {
        if (closed.getCount() > 0 && backoff.failures() == 0) {
            LOG.warn("Writers to {} can't wake this process, which polls meanwhile: {}", source,
                    ConnectionFailure.firstLine(failure));
        }
    }

    private void pause() {
        try {
            boolean unused = closed.await(backoff.next().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // A stray interrupt; close() is the only way to end this thread.
            LOG.debug("Interrupted", e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        ServerConnection left = current;
        if (left != null) {
            left.abort();
        }
        Thread ending;
        synchronized (this) {
            ending = thread;
        }
        try {
            if (ending != null) {
                ending.join(TimeUnit.SECONDS.toMillis(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
