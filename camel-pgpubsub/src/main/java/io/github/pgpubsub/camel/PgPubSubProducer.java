package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import java.time.Duration;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/** Sends bodies as notifications. An exchange completes once its notification is committed. */
public class PgPubSubProducer extends DefaultAsyncProducer {

    private final PgPubSubEndpoint endpoint;
    private final PayloadCodec codec;
    private final Duration sendTimeout;
    private PgPubSub pubSub;

    public PgPubSubProducer(PgPubSubEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.codec = new PayloadCodec(endpoint.getConfiguration());
        this.sendTimeout = Duration.ofMillis(endpoint.getConfiguration().getSendTimeout());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        pubSub = endpoint.retainForPublishing();
        try {
            pubSub.startPublishing();
        } catch (Exception e) {
            release();
            throw e;
        }
    }

    @Override
    protected void doStop() throws Exception {
        release();
        super.doStop();
    }

    private void release() {
        if (pubSub != null) {
            endpoint.releasePubSub(pubSub);
            pubSub = null;
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            pubSub.publish(channel(exchange), codec.encode(exchange), sendTimeout, failure -> {
                if (failure != null) {
                    exchange.setException(failure);
                }
                callback.done(false);
            });
            return false;
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    /** The override is for this send only: a later endpoint of the route must not see it. */
    private String channel(Exchange exchange) {
        Object override = exchange.getMessage().removeHeader(PgPubSubConstants.OVERRIDE_CHANNEL);
        return override == null ? endpoint.getChannel() : override.toString();
    }
}
