package io.github.pgpubsub.camel.cluster;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * An application that ticks while it is the master: a CamelContext in a separate JVM, until SIGTERM.
 *
 * <p>Arguments: id, JDBC URL, user, password, leaderTimeout. For each tick it prints {@code R MICROS} if the tick is refused
 * because this member no longer leads, otherwise {@code B MICROS} at its begin and {@code E MICROS} at its end.
 */
public final class MasterNode {

    static final String NAMESPACE = "ticks";
    static final String STARTED = "STARTED";

    private static final long PERIOD_MILLIS = 40;
    private static final long WORK_MILLIS = 20;

    private MasterNode() {}

    public static void main(String[] arguments) throws Exception {
        PgPubSubClusterService service = new PgPubSubClusterService(arguments[0]);
        service.setUrl(arguments[1]);
        service.setUser(arguments[2]);
        service.setPassword(arguments[3]);
        service.setLeaderTimeout(Long.parseLong(arguments[4]));
        DefaultCamelContext context = new DefaultCamelContext();
        Runtime.getRuntime().addShutdownHook(new Thread(context::stop));
        context.getCamelContextExtension().setName(arguments[0]);
        context.addService(service);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("master:" + NAMESPACE + ":timer:tick?delay=0&period=" + PERIOD_MILLIS).process(exchange -> tick(service));
            }
        });
        context.start();
        System.out.println(STARTED);
        Thread.currentThread().join();
    }

    private static void tick(PgPubSubClusterService service) throws InterruptedException {
        if (!service.isLeader(NAMESPACE)) {
            System.out.println("R " + micros());
            return;
        }
        System.out.println("B " + micros());
        // A tick takes a while, so ticks of two members could overlap.
        Thread.sleep(WORK_MILLIS);
        System.out.println("E " + micros());
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
