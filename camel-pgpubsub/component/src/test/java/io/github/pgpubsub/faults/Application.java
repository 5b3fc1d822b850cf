package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.PgPubSubConfiguration;
import io.github.pgpubsub.camel.PgPubSubConsumer;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** An application in this JVM: a CamelContext that leads to a test's database. Not started yet; closing it stops it. */
final class Application implements AutoCloseable {

    private final PostgresExtension postgres;
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final PgPubSubComponent component = new PgPubSubComponent();
    private ProducerTemplate template;

    /** It comes back soon after a loss: that it waits longer and longer is another test's business. */
    Application(PostgresExtension postgres) {
        this.postgres = postgres;
        // A stack trace for each failed attempt, which is right and not what is looked at here.
        Configurator.setLevel(PgPubSubConsumer.class, Level.OFF);
        configuration().setUrl(postgres.url());
        configuration().setUser(postgres.user());
        configuration().setPassword(postgres.password());
        configuration().setReconnectMaxDelay(500);
        context.addComponent("pgpubsub", component);
        context.getShutdownStrategy().setTimeout(10);
        // As camel-main and the runtimes do.
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        health.register(health.resolveById("consumers"));
        health.register(health.resolveById("routes"));
    }

    /** Its connections lead through the proxy. */
    Application through(Proxy proxy) {
        configuration().setUrl(url(proxy, postgres));
        return this;
    }

    static String url(Proxy proxy, PostgresExtension postgres) {
        return "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + postgres.database();
    }

    DefaultCamelContext context() {
        return context;
    }

    PgPubSubConfiguration configuration() {
        return component.getConfiguration();
    }

    Application route(LambdaRouteBuilder route) throws Exception {
        RouteBuilder.addRoutes(context, route);
        return this;
    }

    /** Adds a route from here into the arrivals. */
    Application receive(String routeId, String uri, Arrivals arrivals) throws Exception {
        return route(builder -> builder.from(uri).routeId(routeId).errorHandler(builder.noErrorHandler()).process(arrivals));
    }

    Application start() {
        context.start();
        template = context.createProducerTemplate();
        return this;
    }

    void send(String uri, Object body) {
        template.sendBody(uri, body);
    }

    ProducerTemplate template() {
        return template;
    }

    /** Sends until it succeeds: on a connection that broke, a first one may be told that nobody knows what became of it. */
    void sendAgainAndAgain(String uri, Object body) {
        Awaitility.await().atMost(Node.SOON).ignoreExceptions().until(() -> {
            send(uri, body);
            return true;
        });
    }

    ServiceStatus status(String routeId) {
        return context.getRouteController().getRouteStatus(routeId);
    }

    boolean isReceiving(String routeId) {
        return consumer(routeId).isReceiving();
    }

    PgPubSubConsumer consumer(String routeId) {
        return (PgPubSubConsumer) context.getRoute(routeId).getConsumer();
    }

    /** What Camel's health registry tells about a route's consumer. */
    HealthCheck.Result health(String routeId) {
        Collection<HealthCheck.Result> results = HealthCheckHelper.invokeReadiness(context, "full");
        return results.stream().filter(result -> result.getCheck().getId().equals("consumer:" + routeId)).findFirst()
                .orElseThrow(() -> new AssertionError("no health check of " + routeId + " among "
                        + results.stream().map(result -> result.getCheck().getId() + " " + result.getState()).toList()));
    }

    void awaitHealth(String routeId, HealthCheck.State state) {
        soon(() -> assertThat(health(routeId).getState()).isEqualTo(state));
    }

    /** The server's processes for this application: {@code listen}, {@code publish} or {@code %}. */
    List<Integer> backends(String purpose) {
        return postgres.backends("pgpubsub " + context.getName() + " " + purpose);
    }

    /** How many threads there are for what; those that run callbacks come and go. */
    Map<String, Long> threads() {
        String ours = "Camel (" + context.getName() + ")";
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith(ours) && name.contains("pgpubsub") && !name.contains("callback"))
                .map(name -> name.substring(name.indexOf(" - ") + 3))
                .collect(Collectors.groupingBy(purpose -> purpose, TreeMap::new, Collectors.counting()));
    }

    /** Ends what it can while it is alive, as a shutdown does. */
    @Override
    public void close() {
        context.stop();
    }

    static void soon(ThrowingRunnable assertion) {
        Awaitility.await().atMost(Node.SOON).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
    }
}
