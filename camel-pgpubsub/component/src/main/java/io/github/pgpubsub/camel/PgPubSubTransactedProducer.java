package io.github.pgpubsub.camel;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.Payload;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.internal.publish.TransactedNotify;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.StoredPayloads;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * Sends bodies in the transaction around the exchange, as notifications or as kept messages; they are delivered if the transaction
 * commits. Uses the transaction's connection, and runs on the exchange's thread, to which the transaction is bound.
 */
public class PgPubSubTransactedProducer extends DefaultProducer {

    /** Sends an exchange's message with a connection that is in a transaction. */
    @FunctionalInterface
    private interface Statement {

        /** @param wakeUp whether the transaction may notify */
        void send(Connection connection, boolean wakeUp) throws SQLException;
    }

    /** Checks what can be checked before the transaction hears of it. */
    @FunctionalInterface
    private interface Preparation {

        Statement prepare(Exchange exchange) throws Exception;
    }

    private final PgPubSubEndpoint endpoint;
    /** Null: no log is needed. */
    private @Nullable PgPubSub pubSub;
    private @Nullable Preparation preparation;
    private volatile @Nullable TransactionConnections connections;

    public PgPubSubTransactedProducer(PgPubSubEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        TransactionConnections begun = TransactionConnections.of(endpoint.transactedDataSource());
        if (endpoint.getConfiguration().isDurable()) {
            pubSub = endpoint.retainForPublishing();
            KeptMessages log = endpoint.log(pubSub);
            prepare(log::prepareInserting);
            preparation = keptMessages(log);
        } else if (endpoint.getConfiguration().storesOversize()) {
            pubSub = endpoint.retainForPublishing();
            StoredPayloads stored = endpoint.log(pubSub).storedPayloads();
            prepare(stored::prepareSending);
            preparation = storedPayloads(stored);
        } else {
            preparation = notifications();
        }
        connections = begun;
    }

    @Override
    protected void doStop() throws Exception {
        connections = null;
        release();
        super.doStop();
    }

    private void release() {
        if (pubSub != null) {
            endpoint.releasePubSub(pubSub);
            pubSub = null;
        }
    }

    private Preparation notifications() {
        PayloadCodec codec = new PayloadCodec(endpoint.getConfiguration());
        return exchange -> {
            String channel = ChannelName.check(endpoint.takeChannel(exchange));
            String payload = Payload.check(codec.encode(exchange));
            return (connection, wakeUp) -> TransactedNotify.send(connection, endpoint.ownMessages(), channel, payload);
        };
    }

    /** Makes or checks the log now, so that the first transaction does not have to find out. */
    private void prepare(LogPreparation.Task log) throws Exception {
        try {
            LogPreparation.run(endpoint, log);
        } catch (Exception e) {
            release();
            throw e;
        }
    }

    private Preparation storedPayloads(StoredPayloads stored) {
        PayloadCodec codec = new PayloadCodec(endpoint.getConfiguration());
        return exchange -> {
            String channel = ChannelName.check(endpoint.takeChannel(exchange));
            String payload = KeptCodec.checked(codec.encode(exchange), endpoint.getConfiguration().getMaxPayload());
            return (connection, wakeUp) -> stored.send(connection, channel, payload);
        };
    }

    private Preparation keptMessages(KeptMessages log) {
        NewMessages messages = new NewMessages(endpoint);
        return exchange -> {
            var message = messages.of(exchange);
            return (connection, wakeUp) -> exchange.getMessage().setHeader(PgPubSubConstants.MESSAGE_ID,
                    log.insert(connection, message, wakeUp));
        };
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        TransactionConnections current = connections;
        Preparation how = preparation;
        if (current == null || how == null) {
            throw PgPubSubProducer.stopped(endpoint);
        }
        Statement statement = how.prepare(exchange);
        boolean mayNotify = current.mayNotify();
        Connection connection = current.borrow();
        try {
            statement.send(connection, mayNotify);
        } finally {
            current.giveBack(connection);
        }
    }
}
