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

/** An application in this JVM: a CamelContext on the test's database. Not started yet; closing it stops it. */
final class Application implements AutoCloseable {

    private final PostgresExtension postgres;
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final PgPubSubComponent component = new PgPubSubComponent();
    private ProducerTemplate template;

    /** A short delay, so that it reconnects soon after a loss. Another test covers growing delays. */
    Application(PostgresExtension postgres) {
        this.postgres = postgres;
        // Each failed attempt logs a stack trace, which would only be noise here.
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

    /** Its connections go through the proxy. */
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

    /** Adds a route from this endpoint to the arrivals. */
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

    /** Sends until a send succeeds: on a broken connection, the first send may fail with an unknown outcome. */
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

    /** The state of a route's consumer in Camel's health registry. */
    HealthCheck.Result health(String routeId) {
        Collection<HealthCheck.Result> results = HealthCheckHelper.invokeReadiness(context, "full");
        return results.stream().filter(result -> result.getCheck().getId().equals("consumer:" + routeId)).findFirst()
                .orElseThrow(() -> new AssertionError("no health check of " + routeId + " among "
                        + results.stream().map(result -> result.getCheck().getId() + " " + result.getState()).toList()));
    }

    void awaitHealth(String routeId, HealthCheck.State state) {
        soon(() -> assertThat(health(routeId).getState()).isEqualTo(state));
    }

    /** Backends of this application: {@code listen}, {@code publish} or {@code %}. */
    List<Integer> backends(String purpose) {
        return postgres.backends("pgpubsub " + context.getName() + " " + purpose);
    }

    /** Number of threads by purpose, without those that come and go: callbacks and workers. */
    Map<String, Long> threads() {
        String ours = "Camel (" + context.getName() + ")";
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith(ours) && name.contains("pgpubsub") && !name.contains("callback")
                        && !name.endsWith("worker"))
                .map(name -> name.substring(name.indexOf(" - ") + 3))
                .collect(Collectors.groupingBy(purpose -> purpose, TreeMap::new, Collectors.counting()));
    }

    /** Stops the context if it is running, as a shutdown does. */
    @Override
    public void close() {
        context.stop();
    }

    static void soon(ThrowingRunnable assertion) {
        Awaitility.await().atMost(Node.SOON).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).untilAsserted(assertion);
    }
}
