package io.github.pgpubsub.benchmark.peers.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.endpoint.PollingConsumer;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.integration.store.MessageGroupQueue;
import org.springframework.integration.transaction.TransactionInterceptorBuilder;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.support.PeriodicTrigger;

/**
 * A QueueChannel in a JdbcChannelMessageStore. A poller takes the messages out one by one, each in a transaction, until there are
 * none, and looks again after a pause. Sender and receiver have a queue object each, as two processes have: one that is shared would
 * wake the poller.
 */
public final class SpringJdbcPeer {

    private static final int POOL = 64;
    private static final Duration POLL = Duration.ofMillis(20);

    private SpringJdbcPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run((server, listenTo, sendTo, receiver) -> new JdbcLink(server, listenTo, sendTo, receiver));
    }

    private static final class JdbcLink implements Link {

        private final HikariDataSource pool = new HikariDataSource();
        private final ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
        private final JdbcChannelMessageStore store;
        private final Map<String, QueueChannel> channels = new HashMap<>();
        private final List<PollingConsumer> consumers = new ArrayList<>();

        JdbcLink(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver) {
            pool.setJdbcUrl(server.jdbcUrl());
            pool.setUsername(server.user());
            pool.setPassword(server.password());
            pool.setMaximumPoolSize(POOL);
            pool.setMinimumIdle(1);
            MessageTable.create(pool);
            // Only the channel that listens to it needs the trigger, and it would cost the senders.
            MessageTable.dropTrigger(pool);
            store = new JdbcChannelMessageStore(pool);
            store.setChannelMessageStoreQueryProvider(new PostgresChannelMessageStoreQueryProvider());
            store.afterPropertiesSet();
            scheduler.setPoolSize(Math.max(1, listenTo.size()));
            scheduler.initialize();
            for (String channel : sendTo) {
                channels.put(channel, queue(channel));
            }
            for (String channel : listenTo) {
                consumers.add(consumer(queue(channel), receiver));
            }
        }

        private QueueChannel queue(String name) {
            return new QueueChannel(new MessageGroupQueue(store, name));
        }

        private PollingConsumer consumer(QueueChannel channel, Consumer<String> receiver) {
            PollingConsumer consumer = new PollingConsumer(channel, message -> receiver.accept((String) message.getPayload()));
            consumer.setBeanFactory(new DefaultListableBeanFactory());
            consumer.setTaskScheduler(scheduler);
            consumer.setTrigger(new PeriodicTrigger(POLL));
            consumer.setReceiveTimeout(0);
            consumer.setAdviceChain(List.of(
                    new TransactionInterceptorBuilder().transactionManager(new DataSourceTransactionManager(pool)).build()));
            consumer.afterPropertiesSet();
            consumer.start();
            return consumer;
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
        public void close() {
            consumers.forEach(PollingConsumer::stop);
            scheduler.shutdown();
            pool.close();
        }
    }
}
