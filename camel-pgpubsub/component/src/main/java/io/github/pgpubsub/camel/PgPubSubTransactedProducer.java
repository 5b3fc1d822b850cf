package io.github.pgpubsub.camel;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.Payload;
import io.github.pgpubsub.internal.publish.TransactedNotify;
import java.sql.Connection;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * Sends bodies as notifications in the transaction around the exchange; the server delivers them when the transaction commits.
 * Opens no connection of its own, and runs on the exchange's thread, to which the transaction is bound.
 */
public class PgPubSubTransactedProducer extends DefaultProducer {

    private final PgPubSubEndpoint endpoint;
    private final PayloadCodec codec;
    private volatile @Nullable TransactionConnections connections;

    public PgPubSubTransactedProducer(PgPubSubEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.codec = new PayloadCodec(endpoint.getConfiguration());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        connections = TransactionConnections.of(endpoint.transactedDataSource());
    }

    @Override
    protected void doStop() throws Exception {
        connections = null;
        super.doStop();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        TransactionConnections current = connections;
        if (current == null) {
            throw PgPubSubProducer.stopped(endpoint);
        }
        String channel = ChannelName.check(endpoint.takeChannel(exchange));
        String payload = Payload.check(codec.encode(exchange));
        Connection connection = current.borrow();
        try {
            TransactedNotify.send(connection, endpoint.ownMessages(), channel, payload);
        } finally {
            current.giveBack(connection);
        }
    }
}
