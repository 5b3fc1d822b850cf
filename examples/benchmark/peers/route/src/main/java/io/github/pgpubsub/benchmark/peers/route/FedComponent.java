package io.github.pgpubsub.benchmark.peers.route;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * The component {@code fed}: routes that somebody's loop feeds, and a producer whose bodies the driver sends, with nothing between that an
 * exchange does not need.
 */
final class FedComponent extends DefaultComponent {

    private static final AsyncCallback NOTHING = doneSync -> {};

    private final Sender sender;
    private final Map<String, FedConsumer> consumers = new ConcurrentHashMap<>();

    /** Sends what is sent to {@code fed:channel}. */
    @FunctionalInterface
    interface Sender {

        void send(String channel, String payload) throws Exception;
    }

    FedComponent(Sender sender) {
        this.sender = sender;
    }

    /** The consumer of the route from {@code fed:name}. */
    FedConsumer consumer(String name) {
        return consumers.get(name);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
        return new DefaultEndpoint(uri, this) {

            @Override
            public Producer createProducer() {
                return new DefaultProducer(this) {
                    @Override
                    public void process(Exchange exchange) throws Exception {
                        sender.send(name, exchange.getMessage().getBody(String.class));
                    }
                };
            }

            @Override
            public Consumer createConsumer(Processor processor) {
                FedConsumer consumer = new FedConsumer(this, processor);
                consumers.put(name, consumer);
                return consumer;
            }
        };
    }

    /** Makes an exchange of each payload. Called by one thread. */
    static final class FedConsumer extends DefaultConsumer {

        FedConsumer(Endpoint endpoint, Processor processor) {
            super(endpoint, processor);
        }

        void pass(String payload) {
            Exchange exchange = createExchange(false);
            exchange.getIn().setBody(payload);
            // The routes here are synchronous, so the exchange has ended when this returns.
            getAsyncProcessor().process(exchange, NOTHING);
            releaseExchange(exchange, false);
        }
    }
}
