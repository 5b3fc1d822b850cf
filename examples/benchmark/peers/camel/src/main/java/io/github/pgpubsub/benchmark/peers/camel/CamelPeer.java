package io.github.pgpubsub.benchmark.peers.camel;

import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Peer;
import io.github.pgpubsub.benchmark.kit.Server;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A Camel component in typical use: a route for each channel, and a producer template. */
public final class CamelPeer implements Peer {

    private final BiFunction<Server, String, String> consumerUri;
    private final BiFunction<Server, String, String> producerUri;
    private final Extras extras;

    /** What some components need besides. */
    public interface Extras {

        /** Before the routes start; what it returns is closed after the context. */
        default AutoCloseable prepare(Server server, CamelContext context) throws Exception {
            return () -> {};
        }

        /** Passes on what has come. */
        default void receive(Exchange exchange, Consumer<String> receiver) throws InterruptedException {
            receiver.accept(payload(exchange));
        }

        /** The payload of an exchange that a consumer makes. */
        default String payload(Exchange exchange) {
            return exchange.getMessage().getBody(String.class);
        }

        default void makeBacklog(Server server, List<String> channels, int count, int size) throws Exception {
            throw new UnsupportedOperationException("plain SQL reaches it");
        }
    }

    /** Both functions build an endpoint URI from the server and a channel. */
    public CamelPeer(BiFunction<Server, String, String> consumerUri, BiFunction<Server, String, String> producerUri) {
        this(consumerUri, producerUri, new Extras() {});
    }

    public CamelPeer(BiFunction<Server, String, String> consumerUri, BiFunction<Server, String, String> producerUri,
            Extras extras) {
        this.consumerUri = consumerUri;
        this.producerUri = producerUri;
        this.extras = extras;
    }

    @Override
    public Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver) throws Exception {
        CamelContext context = new DefaultCamelContext();
        AutoCloseable prepared = extras.prepare(server, context);
        try {
            context.addRoutes(routes(server, listenTo, receiver));
            context.start();
            Map<String, Endpoint> endpoints = new HashMap<>();
            for (String channel : sendTo) {
                endpoints.put(channel, context.getEndpoint(producerUri.apply(server, channel)));
            }
            return new CamelLink(context, endpoints, prepared, server, extras);
        } catch (Exception e) {
            context.close();
            prepared.close();
            throw e;
        }
    }

    private RouteBuilder routes(Server server, List<String> listenTo, Consumer<String> receiver) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                for (String channel : listenTo) {
                    from(consumerUri.apply(server, channel))
                            .process(exchange -> extras.receive(exchange, receiver));
                }
            }
        };
    }

    private static final class CamelLink implements Link {

        private final CamelContext context;
        private final Map<String, Endpoint> endpoints;
        private final AutoCloseable prepared;
        private final Server server;
        private final Extras extras;
        private final ProducerTemplate template;

        CamelLink(CamelContext context, Map<String, Endpoint> endpoints, AutoCloseable prepared, Server server, Extras extras) {
            this.context = context;
            this.endpoints = endpoints;
            this.prepared = prepared;
            this.server = server;
            this.extras = extras;
            this.template = context.createProducerTemplate(Math.max(1, endpoints.size()));
        }

        @Override
        public void send(String channel, String payload) {
            template.sendBody(endpoints.get(channel), payload);
        }

        @Override
        public void sendAsync(String channel, String payload, Consumer<Throwable> done) {
            Endpoint endpoint = endpoints.get(channel);
            Exchange exchange = endpoint.createExchange();
            exchange.getMessage().setBody(payload);
            template.asyncSend(endpoint, exchange)
                    .whenComplete((result, failure) -> done.accept(failure != null ? failure : result.getException()));
        }

        @Override
        public void makeBacklog(List<String> channels, int count, int size) throws Exception {
            extras.makeBacklog(server, channels, count, size);
        }

        @Override
        public void close() throws Exception {
            template.stop();
            context.close();
            prepared.close();
        }
    }
}
