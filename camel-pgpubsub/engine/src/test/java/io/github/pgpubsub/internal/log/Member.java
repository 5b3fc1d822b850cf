package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.internal.delivery.BatchLimit;
import io.github.pgpubsub.internal.log.reading.ErrorPolicy;
import io.github.pgpubsub.internal.log.reading.ReadOptions;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptMessage;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A process of the test: its own session, reading connection and wake-ups, and one subscription. Remembers what it receives. */
final class Member implements AutoCloseable {

    static final ErrorPolicy SKIP = new ErrorPolicy(OnError.skip, Duration.ofMillis(10), Duration.ofMillis(50), 3);

    /** What the member's handler does with a message, after it is noted. */
    interface Step {
        void handle(KeptMessage message) throws Exception;
    }

    /** A message, in the order of all members of the test. */
    record Received(String member, String payload, boolean redelivered) {}

    final String name;
    final List<Received> received;
    final List<Long> gaps = new CopyOnWriteArrayList<>();
    final List<String> incidents = new CopyOnWriteArrayList<>();
    final LogReader reader;
    final Lead lead;
    private final WorkerPool pool;
    private final Subscriptions subscriptions;
    private final Reception subscription;
    private final ExecutorService callbacks = Executors.newCachedThreadPool();
    private final Step step;

    Member(ConnectionSource source, String name, List<Received> received, ReadOptions options, int workers, Step step) {
        this(source, source, name, received, options, workers, step);
    }

    /** @param reading where the reading connection comes from */
    Member(ConnectionSource source, ConnectionSource reading, String name, List<Received> received, ReadOptions options,
            int workers, Step step) {
        this(source, reading, Duration.ofMillis(200), name, received, options, workers, step);
    }

    /** @param longestPause between two attempts to open the reading connection */
    Member(ConnectionSource source, ConnectionSource reading, Duration longestPause, String name, List<Received> received,
            ReadOptions options, int workers, Step step) {
        this.name = name;
        this.received = received;
        this.step = step;
        pool = new WorkerPool(name, this::thread);
        subscriptions = new Subscriptions(name, Duration.ofSeconds(10), () -> new Session(source,
                new SessionOptions(name + " listen", Duration.ofMillis(20), Duration.ofMillis(200), -1, Duration.ofSeconds(5),
                        Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                this::thread), this::thread, pool, callbacks);
        reader = new LogReader(reading,
                new LogReaderOptions(name + " read", "pgpubsub", true, Duration.ofMillis(20), longestPause, null),
                new SessionWakeUps(subscriptions), this::thread);
        Shard group = new Shard("orders", "default");
        lead = new ElectedLead(subscriptions, "pgpubsub", group, Duration.ofMillis(50), options.leaderTimeout(),
                new SubscriptionListener() {
                    @Override
                    public void failed(Exception failure) {
                        incidents.add(failure.toString());
                    }
                }, this::thread);
        Handler handler = new Handler();
        subscription = new Reception(reader, group,
                new ReceptionOptions(new GroupOptions(options, null, null, new BufferLimit(options.bytes()), BatchLimit.SINGLE),
                        new LogQueries("pgpubsub"), workers, Duration.ofSeconds(20), null),
                lead, new EachMessage(handler), handler, this::thread, pool, callbacks, () -> {});
    }

    static ReadOptions options(ErrorPolicy onError, Duration poll, Duration leaderTimeout) {
        return new ReadOptions(0, new StartFrom.Earliest(), AckMode.batch, onError, 1000, 64 << 20, 500, 16 << 20,
                Duration.ofMillis(100), true, poll, leaderTimeout);
    }

    private Thread thread(String purpose, Runnable task) {
        Thread thread = new Thread(task, name + " " + purpose);
        thread.setDaemon(true);
        return thread;
    }

    Member start() throws Exception {
        reader.start();
        reader.awaitFirstAttempt(Duration.ofSeconds(10));
        subscription.start();
        return this;
    }

    private final class Handler implements KeptHandler, KeptListener {

        @Override
        public void handle(KeptMessage message) throws Exception {
            received.add(new Received(name, message.payload(), message.redelivered()));
            step.handle(message);
        }

        @Override
        public void gap(long missed) {
            gaps.add(missed);
        }

        @Override
        public void failed(Exception failure) {
            // What becomes of the message is what the tests look at.
        }

        @Override
        public void incident(Incident incident, String detail) {
            incidents.add(incident + ": " + detail);
        }
    }

    @Override
    public void close() {
        subscription.close();
        reader.close();
        subscriptions.close();
        callbacks.shutdown();
    }
}
