package io.github.pgpubsub.benchmark.peers.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import java.io.IOException;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.postgresql.jdbc.PgConnection;
import org.springframework.integration.jdbc.channel.PostgresChannelMessageTableSubscriber;
import org.springframework.integration.jdbc.channel.PostgresSubscribableChannel;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.messaging.support.GenericMessage;

/**
 * The peer for PostgresSubscribableChannel. Messages are rows of a table with a trigger that notifies; the subscriber then takes
 * the rows one by one, each in a transaction.
 */
public final class SpringPeer {

    private static final int POOL = 64;
    private static final long LAST_SECONDS = 2;

    private SpringPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(SpringPeer::open);
    }

    private static Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver)
            throws Exception {
        return new SpringLink(server, listenTo, sendTo, receiver);
    }

    private static final class SpringLink implements Link {

        private final HikariDataSource pool = new HikariDataSource();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final JdbcChannelMessageStore store;
        private final PostgresChannelMessageTableSubscriber subscriber;
        private final Map<String, PostgresSubscribableChannel> channels = new HashMap<>();

        SpringLink(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver) throws Exception {
            pool.setJdbcUrl(server.jdbcUrl());
            pool.setUsername(server.user());
            pool.setPassword(server.password());
            pool.setMaximumPoolSize(POOL);
            pool.setMinimumIdle(1);
            MessageTable.create(pool);
            store = new JdbcChannelMessageStore(pool);
            store.setChannelMessageStoreQueryProvider(new PostgresChannelMessageStoreQueryProvider());
            store.afterPropertiesSet();
            subscriber = new PostgresChannelMessageTableSubscriber(() -> DriverManager
                    .getConnection(server.jdbcUrl(), server.user(), server.password()).unwrap(PgConnection.class));
            subscriber.setTaskExecutor(threads::execute);
            Set<String> all = new LinkedHashSet<>(listenTo);
            all.addAll(sendTo);
            for (String channel : all) {
                channels.put(channel, channel(channel));
            }
            for (String channel : listenTo) {
                channels.get(channel).subscribe(message -> receiver.accept((String) message.getPayload()));
            }
            if (!listenTo.isEmpty()) {
                subscriber.start();
                MessageTable.awaitListener(pool);
            }
        }

        private PostgresSubscribableChannel channel(String name) {
            PostgresSubscribableChannel channel = new PostgresSubscribableChannel(store, name, subscriber);
            channel.setDispatcherExecutor((Executor) threads);
            channel.setTransactionManager(new DataSourceTransactionManager(pool));
            channel.afterPropertiesSet();
            return channel;
        }

        @Override
        public void send(String channel, String payload) {
            channels.get(channel).send(new GenericMessage<>(payload));
        }

        @Override
        public void makeBacklog(List<String> names, int count, int size) {
            MessageTable.fill(pool, store, names, count, size);
        }

        @Override
        public void close() throws InterruptedException {
            subscriber.stop();
            threads.shutdown();
            threads.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS);
            pool.close();
        }
    }
}
