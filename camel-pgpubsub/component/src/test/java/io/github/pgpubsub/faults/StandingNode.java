package io.github.pgpubsub.faults;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * An application whose route stands still from the first message on, until it reads an input line: a CamelContext in a separate
 * JVM. Arguments: JDBC URL, user, password, endpoint, expected messages. It prints {@code HELD} when the first message has
 * arrived, and {@code ALL} when all messages have, with the maximum heap that it used.
 */
public final class StandingNode {

    static final String STARTED = "STARTED";
    static final String HELD = "HELD";
    static final String ALL = "ALL";

    private static final CountDownLatch GO = new CountDownLatch(1);
    private static final CountDownLatch END = new CountDownLatch(1);
    private static final AtomicLong COUNT = new AtomicLong();
    private static final AtomicLong MOST = new AtomicLong();

    private StandingNode() {}

    public static void main(String[] arguments) throws Exception {
        long expected = Long.parseLong(arguments[4]);
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(arguments[0]);
        component.getConfiguration().setUser(arguments[1]);
        component.getConfiguration().setPassword(arguments[2]);
        DefaultCamelContext context = new DefaultCamelContext();
        context.addComponent("pgpubsub", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(arguments[3]).routeId("standing").process(exchange -> process(exchange, expected));
            }
        });
        context.start();
        System.out.println(STARTED);
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        GO.countDown();
        END.await();
        context.stop();
    }

    private static void process(Exchange exchange, long expected) throws InterruptedException {
        long count = COUNT.incrementAndGet();
        if (count == 1) {
            System.out.println(HELD);
            GO.await();
        }
        if (count % 100 == 0) {
            MOST.accumulateAndGet(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), Math::max);
        }
        if (count == expected) {
            System.out.println(ALL + " " + (MOST.get() >> 20) + " MiB");
            END.countDown();
        }
    }
}
