package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.history.kept.KeptEvent.Phase;
import io.github.pgpubsub.history.kept.KeptJudge;
import io.github.pgpubsub.history.kept.KeptNumber;
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
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A process that receives kept messages for several groups: {@code name url user password directory group…}. A group is
 * {@code name,ackMode,threads,leaderTimeout,queueSize,onError,failing,shards}: of so many messages one fails; 0: none.
 *
 * <p>Writes {@value #STARTED} to the standard output, and ends in good order with SIGTERM.
 */
public final class KeptNode {

    static final String STARTED = "STARTED";
    static final String CHANNEL = "numbers";
    /** Short, so that partitions are emptied all the time. */
    private static final Duration RETENTION = Duration.ofSeconds(4);

    private final String name;
    private final String url;
    private final String user;
    private final String password;
    private final KeptRecorder recorder;
    /** The transaction in which this thread handles a message. */
    private final ThreadLocal<Connection> transaction = new ThreadLocal<>();

    private KeptNode(String[] arguments) {
        name = arguments[0];
        url = arguments[1];
        user = arguments[2];
        password = arguments[3];
        recorder = KeptRecorder.into(Path.of(arguments[4]), name);
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
            subscriptions.add(node.subscribe(kept, group.split(",")));
        }
        System.out.println(STARTED);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (commands.readLine() != null) {
            // Until the test is gone.
        }
        System.exit(0);
    }

    private KeptSubscription subscribe(KeptMessages kept, String[] words) throws Exception {
        String group = words[0];
        AckMode ackMode = AckMode.valueOf(words[1]);
        int failing = Integer.parseInt(words[6]);
        int shards = Integer.parseInt(words[7]);
        KeptOptions.Builder options = KeptOptions.to(CHANNEL).group(group).name(group).ackMode(ackMode).shards(shards)
                .startFrom(new StartFrom.Earliest()).concurrency(Integer.parseInt(words[2]))
                .leaderTimeout(Duration.ofMillis(Long.parseLong(words[3]))).acquireInterval(Duration.ofMillis(100))
                .queueSize(Integer.parseInt(words[4])).onError(OnError.valueOf(words[5]))
                .retry(Duration.ofMillis(5), Duration.ofMillis(50), -1).drainTimeout(Duration.ofSeconds(20));
        if (ackMode == AckMode.transaction) {
            options.transactions(transactions());
        }
        KeptHandler handler = message -> handle(message, group, shards, ackMode, failing);
        return kept.subscribe(options.build(), handler, new KeptListener() {
            @Override
            public void incident(Incident incident, String detail) {
                System.out.println("incident of " + group + ": " + incident + " " + detail);
            }

            @Override
            public void failed(Exception failure) {
                System.out.println("failed: " + group + ": " + failure);
            }
        });
    }

    /** One session, which is given up with the first failure that does not come from the handler, and that is nobody else's concern. */
    private Transactions transactions() {
        AtomicReference<Connection> kept = new AtomicReference<>();
        return work -> {
            Connection connection = kept.getAndSet(null);
            if (connection == null) {
                connection = DriverManager.getConnection(url + "?ApplicationName=" + name + "%20work", user, password);
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

    private void handle(KeptMessage message, String group, int shards, AckMode ackMode, int failing) throws Exception {
        KeptNumber number = KeptNumber.parse(message.payload());
        String shard = shards == 1 ? group : group + KeptJudge.SHARD + message.shard();
        recorder.delivered(Phase.BEGIN, shard, number, message.redelivered(), message.epoch());
        if (!number.key().equals(message.key())) {
            throw new IllegalStateException("The key is " + message.key() + ", not " + number.key());
        }
        if (ackMode == AckMode.transaction) {
            try (PreparedStatement effect = transaction.get().prepareStatement(
                    "insert into effect (grp, name, key, number) values (?, ?, ?, ?)")) {
                effect.setString(1, group);
                effect.setString(2, number.name());
                effect.setString(3, number.key());
                effect.setLong(4, number.number());
                effect.executeUpdate();
            }
        }
        if (failing > 0 && ThreadLocalRandom.current().nextInt(failing) == 0) {
            recorder.delivered(Phase.FAILED, shard, number, message.redelivered(), message.epoch());
            throw new IllegalStateException("as now and then");
        }
        recorder.delivered(Phase.END, shard, number, message.redelivered(), message.epoch());
        if (ackMode == AckMode.manual) {
            message.acknowledge();
        }
    }
}
