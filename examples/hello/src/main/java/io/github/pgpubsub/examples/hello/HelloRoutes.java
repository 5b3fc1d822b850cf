package io.github.pgpubsub.examples.hello;

import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.camel.PgPubSubConsumer;
import io.github.pgpubsub.camel.PgPubSubKeptConsumer;
import io.github.pgpubsub.examples.hello.Screen.Role;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/** The Camel routes: one sends, one receives, and one shows this process's role. */
final class HelloRoutes extends RouteBuilder {

    private static final List<String> KEYS = List.of("ann", "bob", "cleo", "dan", "eve", "finn", "gina", "hugo");

    private final Options options;
    private final String name;
    private final Screen screen;
    private final Runnable whenAllSent;
    private final AtomicLong sent = new AtomicLong();

    HelloRoutes(Options options, String name, Screen screen, Runnable whenAllSent) {
        this.options = options;
        this.name = name;
        this.screen = screen;
        this.whenAllSent = whenAllSent;
    }

    @Override
    public void configure() {
        onException(Exception.class).handled(true)
                .process(exchange -> screen.notSent(text(exchange), failure(exchange)));

        fromF("timer:hello?period=%d&delay=%1$d", options.interval()).routeId("sends")
                .setBody(exchange -> nextMessage())
                .setHeader(PgPubSubConstants.KEY, () -> KEYS.get(ThreadLocalRandom.current().nextInt(KEYS.size())))
                .process(exchange -> screen.sends(text(exchange)))
                .to(options.scenario().to())
                .process(exchange -> countSent());

        if (options.listens()) {
            from(options.scenario().from()).routeId("receives")
                    .process(exchange -> screen.received(text(exchange)));

            from("timer:role?delay=0&period=200").routeId("shows the role")
                    .process(exchange -> screen.role(role()));
        }
    }

    private Role role() {
        PgPubSubConsumer consumer = (PgPubSubConsumer) getContext().getRoute("receives").getConsumer();
        if (consumer instanceof PgPubSubKeptConsumer kept) {
            screen.shards(kept.getShards());
        }
        if (consumer.isReceiving()) {
            return Role.LISTENS;
        }
        return options.scenario().singleListener() && consumer.isConnected() ? Role.STANDS_BY : Role.CUT_OFF;
    }

    private String nextMessage() {
        String text = options.text();
        return text == null ? "hello %d from %s".formatted(sent.get() + 1, name) : text;
    }

    private void countSent() {
        if (sent.incrementAndGet() == options.messages()) {
            whenAllSent.run();
        }
    }

    private static Throwable failure(Exchange exchange) {
        return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    private String text(Exchange exchange) {
        String text = exchange.getMessage().getBody(String.class);
        return options.scenario() == Scenario.SHARDS ? text + " to " + exchange.getMessage().getHeader(PgPubSubConstants.KEY)
                : text;
    }
}
