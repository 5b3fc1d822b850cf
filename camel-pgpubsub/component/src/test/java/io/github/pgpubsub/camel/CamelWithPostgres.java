package io.github.pgpubsub.camel;

import io.github.pgpubsub.support.PostgresExtension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A CamelContext whose component uses the test's database. Not started yet; closing it stops it. */
public final class CamelWithPostgres implements AutoCloseable {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final PgPubSubComponent component = new PgPubSubComponent();
    private ProducerTemplate template;

    /** The component gets this database's url, user and password. */
    public CamelWithPostgres(PostgresExtension postgres) {
        this();
        component.getConfiguration().setUrl(postgres.url());
        component.getConfiguration().setUser(postgres.user());
        component.getConfiguration().setPassword(postgres.password());
    }

    /** The component gets no database. */
    public CamelWithPostgres() {
        context.addComponent("pgpubsub", component);
        context.getShutdownStrategy().setTimeout(10);
    }

    public DefaultCamelContext context() {
        return context;
    }

    public PgPubSubConfiguration configuration() {
        return component.getConfiguration();
    }

    /** Adds a route. In a running context it starts at once. */
    public CamelWithPostgres route(LambdaRouteBuilder route) throws Exception {
        RouteBuilder.addRoutes(context, route);
        return this;
    }

    /** Adds a route from this endpoint to the inbox. */
    public CamelWithPostgres receive(String uri, Inbox inbox) throws Exception {
        return route(builder -> builder.from(uri).process(inbox));
    }

    /** Starts, for the first time or again: Camel forgets its components when it stops. */
    public CamelWithPostgres start() {
        if (context.hasComponent("pgpubsub") == null) {
            context.addComponent("pgpubsub", component);
        }
        context.start();
        template = context.createProducerTemplate();
        return this;
    }

    public void send(String uri, Object body) {
        template.sendBody(uri, body);
    }

    public ProducerTemplate template() {
        return template;
    }

    /** Backends of this context's sessions: {@code listen} or {@code publish}. */
    public List<Integer> backends(PostgresExtension postgres, String purpose) {
        return postgres.backends("pgpubsub " + context.getName() + " " + purpose);
    }

    public boolean isReceiving(String routeId) {
        return ((PgPubSubConsumer) context.getRoute(routeId).getConsumer()).isReceiving();
    }

    /** Whether the standby of the route's group is known to be in step. */
    public boolean isInStep(String routeId) {
        return ((PgPubSubConsumer) context.getRoute(routeId).getConsumer()).isInStep();
    }

    /** The channel as part of a URI, with every byte encoded. */
    public static String uri(String channel) {
        return "pgpubsub:" + encoded(channel);
    }

    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        context.stop();
    }
}
