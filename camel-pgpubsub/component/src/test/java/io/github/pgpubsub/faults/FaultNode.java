package io.github.pgpubsub.faults;

import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.history.HistoryWriter;
import io.github.pgpubsub.history.Numbered;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * An application that consumes numbered messages: a CamelContext in a separate JVM.
 *
 * <p>Arguments: name, JDBC URL, user, password, channel and options of the endpoint, milliseconds per exchange, then any of
 * {@code fail} (every exchange fails) and {@code ends} (print the end of exchanges too). It prints at the start of each exchange
 * {@code S NUMBER MICROS REDELIVERED ID SENDER}, {@code G MICROS MILLIS} for a gap and {@code E NUMBER MICROS} at the end of an
 * exchange.
 * SIGTERM ends it in an orderly way, and so does {@code end}. The commands {@code leave} and {@code join} stop and start the
 * route, {@code suspend} and {@code resume} suspend and resume it. Each command is answered when it is done.
 *
 * <p>It also writes the messages it begins and ends, the gaps, and its roles into the history in the directory that the property
 * {@code history} names.
 */
public final class FaultNode {

    static final String STARTED = "STARTED";
    static final String END = "end";
    static final String HISTORY = "history";

    private static final String ROUTE = "numbers";

    private final HistoryWriter history;
    private final long delayMillis;
    private final boolean fails;
    private final boolean printsEnds;

    private FaultNode(HistoryWriter history, long delayMillis, Set<String> flags) {
        this.history = history;
        this.delayMillis = delayMillis;
        this.fails = flags.contains("fail");
        this.printsEnds = flags.contains("ends");
    }

    public static void main(String[] arguments) throws Exception {
        HistoryWriter history = HistoryWriter.into(Path.of(System.getProperty(HISTORY)), arguments[0]);
        LoggedRoles.into(history);
        FaultNode node = new FaultNode(history, Long.parseLong(arguments[5]), Stream.of(arguments)
                .filter(Set.of("fail", "ends")::contains).collect(Collectors.toSet()));
        if (node.fails) {
            // Each failed message logs a stack trace, which would only be noise here.
            Configurator.setLevel("io.github.pgpubsub.camel", Level.OFF);
        }
        DefaultCamelContext context = new DefaultCamelContext();
        // A seventh of the CPU time of a start, and the tests start hundreds.
        context.disableJMX();
        Runtime.getRuntime().addShutdownHook(new Thread(context::stop));
        context.getCamelContextExtension().setName(arguments[0]);
        context.addComponent("pgpubsub", component(arguments[1], arguments[2], arguments[3]));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("pgpubsub:" + arguments[4]).routeId(ROUTE).process(node::process);
            }
        });
        context.start();
        print(STARTED);
        obey(context);
        // The shutdown hook stops the context.
        System.exit(0);
    }

    private static PgPubSubComponent component(String url, String user, String password) {
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(url);
        component.getConfiguration().setUser(user);
        component.getConfiguration().setPassword(password);
        return component;
    }

    private void process(Exchange exchange) throws InterruptedException {
        long micros = micros();
        Message message = exchange.getMessage();
        Long gap = message.getHeader(PgPubSubConstants.GAP, Long.class);
        if (gap != null) {
            history.gap(gap);
            print("G " + micros + " " + gap);
            return;
        }
        Numbered numbered = Numbered.ofPayload(message.getBody(String.class));
        boolean again = message.getHeader(PgPubSubConstants.REDELIVERED, false, Boolean.class);
        history.begin(numbered, again, message.getHeader(PgPubSubConstants.MESSAGE_ID, String.class));
        long number = numbered.number();
        print("S " + number + " " + micros + " " + again + " " + message.getHeader(PgPubSubConstants.MESSAGE_ID)
                + " " + numbered.sender());
        if (delayMillis > 0) {
            // A slow route is the point of the test.
            Thread.sleep(delayMillis);
        }
        history.end(numbered);
        if (printsEnds) {
            print("E " + number + " " + micros());
        }
        if (fails) {
            throw new IllegalStateException("as every one");
        }
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** Runs until the command {@code end}, or the end of the standard input. */
    private static void obey(CamelContext context) throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null && !command.equals(END); command = commands.readLine()) {
            switch (command) {
                case "leave" -> context.getRouteController().stopRoute(ROUTE);
                case "join" -> context.getRouteController().startRoute(ROUTE);
                case "suspend" -> context.getRouteController().suspendRoute(ROUTE);
                case "resume" -> context.getRouteController().resumeRoute(ROUTE);
                default -> throw new IllegalArgumentException(command);
            }
            print("done " + command);
        }
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
