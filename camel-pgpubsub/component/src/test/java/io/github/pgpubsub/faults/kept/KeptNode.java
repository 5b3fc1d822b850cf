package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.history.kept.KeptRecorder;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.kept.KeptMessage;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.kept.Transactions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A process that receives kept messages for several groups: {@code name url user password directory group…}. Groups
 * are {@link KeptGroup#text}s.
 *
 * <p>Writes {@value #STARTED} to the standard output, and ends in good order with SIGTERM.
 */
public final class KeptNode {

    static final String STARTED = "STARTED";
    static final String CHANNEL = "numbers";
    /** Short, so that partitions are emptied all the time. */
    static final Duration RETENTION = Duration.ofSeconds(4);
    static final Duration BATCH_TIMEOUT = Duration.ofMillis(100);

    private final String name;
    private final String url;
    private final String user;
    private final String password;
    private final KeptHandling handling;
    /** The transaction in which this thread handles a message. */
    private final ThreadLocal<Connection> transaction = new ThreadLocal<>();

    private KeptNode(String[] arguments) {
        name = arguments[0];
        url = arguments[1];
        user = arguments[2];
        password = arguments[3];
        handling = new KeptHandling(KeptRecorder.into(Path.of(arguments[4]), name));
    }

    public static void main(String[] arguments) throws Exception {
        KeptNode node = new KeptNode(arguments);
        PgPubSub pubSub = PgPubSub.to(new UrlConnectionSource(node.url, node.user, node.password)).name(node.name)
                .reconnect(Duration.ofMillis(20), Duration.ofMillis(500))
                .heartbeat(Duration.ofSeconds(1), Duration.ofSeconds(1)).build();
        KeptMessages kept = pubSub.kept(new KeptLogOptions("pgpubsub", true, RETENTION, null, Duration.ofDays(1)));
        List<KeptSubscription> subscriptions = new ArrayList<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            subscriptions.parallelStream().forEach(KeptSubscription::close);
            pubSub.close();
            System.out.println("ENDED");
        }));
        for (String group : List.of(arguments).subList(5, arguments.length)) {
            subscriptions.add(node.subscribe(kept, KeptGroup.parse(group)));
        }
        System.out.println(STARTED);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (commands.readLine() != null) {
            // Until the test is gone.
        }
        System.exit(0);
    }

    private KeptSubscription subscribe(KeptMessages kept, KeptGroup group) throws Exception {
        AckMode ackMode = AckMode.valueOf(group.ackMode());
        KeptOptions.Builder options = KeptOptions.to(CHANNEL).group(group.name()).name(group.name()).ackMode(ackMode)
                .shards(group.shards()).startFrom(new StartFrom.Earliest()).concurrency(group.threads())
                .leaderTimeout(Duration.ofMillis(group.leaderTimeout())).acquireInterval(Duration.ofMillis(100))
                .queueSize(group.queueSize()).onError(OnError.valueOf(group.onError()))
                .retry(Duration.ofMillis(5), Duration.ofMillis(50), -1).drainTimeout(Duration.ofSeconds(20));
        if (ackMode == AckMode.transaction) {
            options.transactions(transactions());
        }
        KeptListener listener = new KeptListener() {
            @Override
            public void incident(Incident incident, String detail) {
                System.out.println("incident of " + group + ": " + incident + " " + detail);
            }

            @Override
            public void failed(Exception failure) {
                System.out.println("failed: " + group + ": " + failure);
            }
        };
        if (group.batch() == 0) {
            KeptHandler handler = message -> handle(group, List.of(message));
            return kept.subscribe(options.build(), handler, listener);
        }
        options.batch(group.batch(), BATCH_TIMEOUT);
        return kept.subscribeToBatches(options.build(), batch -> handle(group, batch), listener);
    }

    private void handle(KeptGroup group, List<KeptMessage> batch) throws Exception {
        handling.handle(group, batch.stream().map(each -> new KeptHandling.Taken(each.payload(), each.key(), each.redelivered(),
                each.epoch(), each.shard())).toList(), transaction.get());
        if (group.ackMode().equals("manual")) {
            batch.forEach(KeptMessage::acknowledge);
        }
    }

    /** One session, which is given up with the first failure that does not come from the handler, and that is nobody else's concern. */
    private Transactions transactions() {
        AtomicReference<Connection> kept = new AtomicReference<>();
        return work -> {
            Connection connection = kept.getAndSet(null);
            if (connection == null) {
                connection = DriverManager.getConnection(
                        url + (url.contains("?") ? "&" : "?") + "ApplicationName=" + name + "%20work", user, password);
                connection.setAutoCommit(false);
            }
            transaction.set(connection);
            try {
                work.run(connection);
                connection.commit();
                kept.set(connection);
            } catch (Exception e) {
                // Closing rolls back.
                connection.close();
                throw e;
            } finally {
                transaction.remove();
            }
        };
    }
}
