package io.github.pgpubsub.faults;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * An application that sends, and whose route fills the heap for some seconds on request. Arguments: JDBC URL, user, password,
 * options of its endpoints, seconds. It prints received messages, and when the heap begins to be full and is free again. For any input
 * line, it prints the component's threads and the results of the health checks. After the line {@code end} it prints the
 * duration of the longest send in milliseconds, and ends.
 */
public final class FullHeapNode {

    static final String STARTED = "STARTED";
    static final String FILLING = "FILLING";
    static final String FREE = "FREE";
    static final String GOT = "GOT ";
    static final String STATE = "STATE ";
    static final String LONGEST = "LONGEST ";
    static final String END = "end";
    static final int SEND_TIMEOUT_MILLIS = 2000;

    private static final int PIECE = 4096;
    /** If Camel's own code throws an Error, Camel counts the exchange as in flight, and would wait for it in vain. */
    private static final int SHUTDOWN_SECONDS = 5;

    private static volatile boolean ends;
    private static volatile long longest;
    private static volatile List<byte[]> hoard;

    private FullHeapNode() {}

    public static void main(String[] arguments) throws Exception {
        long nanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(arguments[0]);
        component.getConfiguration().setUser(arguments[1]);
        component.getConfiguration().setPassword(arguments[2]);
        component.getConfiguration().setReconnectMaxDelay(500);
        component.getConfiguration().setSendTimeout(SEND_TIMEOUT_MILLIS);
        DefaultCamelContext context = new DefaultCamelContext();
        context.getShutdownStrategy().setTimeout(SHUTDOWN_SECONDS);
        HealthCheckRegistry checks = HealthCheckRegistry.get(context);
        checks.register(checks.resolveById("consumers"));
        context.addComponent("pgpubsub", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("pgpubsub:fill" + arguments[3]).process(exchange -> fill(nanos));
                from("pgpubsub:ping" + arguments[3]).process(exchange -> print(GOT + exchange.getMessage().getBody()));
            }
        });
        context.start();
        ProducerTemplate template = context.createProducerTemplate();
        Thread sender = new Thread(() -> send(template), "sender");
        sender.start();
        print(STARTED);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); !END.equals(line); line = input.readLine()) {
            print(STATE + line + ": " + threads() + ", " + health(context));
        }
        ends = true;
        sender.join();
        print(LONGEST + longest);
        context.stop();
    }

    /** Takes memory that others free at once. */
    private static void fill(long nanos) {
        print(FILLING);
        long end = System.nanoTime() + nanos;
        hoard = new ArrayList<>(1 << 16);
        while (end - System.nanoTime() > 0) {
            try {
                hoard.add(new byte[PIECE]);
            } catch (OutOfMemoryError full) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        hoard = null;
        print(FREE);
    }

    private static void send(ProducerTemplate template) {
        while (!ends) {
            long begin = System.nanoTime();
            try {
                template.sendBody("pgpubsub:ping", "own");
            } catch (Throwable e) {
                // The send has failed with a known outcome.
            }
            longest = Math.max(longest, (System.nanoTime() - begin) / 1_000_000);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** The purposes of permanent threads. Those that handle messages come and go, but one stays. */
    private static String threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.contains(" - pgpubsub camel"))
                .map(name -> name.substring(name.lastIndexOf(" - ") + " - ".length())).distinct().sorted()
                .collect(Collectors.joining(", "));
    }

    private static String health(CamelContext context) {
        return HealthCheckHelper.invokeReadiness(context, "full").stream()
                .map(result -> result.getCheck().getId() + " " + result.getState())
                .sorted().collect(Collectors.joining(", "));
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
