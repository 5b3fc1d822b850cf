package io.github.pgpubsub.scenarios;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * An application that listens to HelloChannel and notifies it: a CamelContext in a separate JVM.
 *
 * <p>Arguments: name, JDBC URL, user, password, options of the listening endpoint. It prints {@code STARTED}, then
 * {@code received TEXT} for each message. It reads {@code send TEXT}, and answers {@code sent TEXT} once the text is committed,
 * and {@code stop}.
 */
public final class HelloNode {

    static final String CHANNEL = "HelloChannel";
    static final String STARTED = "STARTED";
    static final String RECEIVED = "received ";
    static final String SEND = "send ";
    static final String SENT = "sent ";
    static final String STOP = "stop";

    private HelloNode() {}

    public static void main(String[] arguments) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setName(arguments[0]);
            context.addComponent("pgpubsub", component(arguments[1], arguments[2], arguments[3]));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pgpubsub:" + CHANNEL + "?" + arguments[4])
                            .process(exchange -> print(RECEIVED + exchange.getMessage().getBody(String.class)));
                }
            });
            context.start();
            print(STARTED);
            obey(context);
        }
    }

    private static PgPubSubComponent component(String url, String user, String password) {
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(url);
        component.getConfiguration().setUser(user);
        component.getConfiguration().setPassword(password);
        return component;
    }

    /** Runs until the command {@code stop}, or the end of the standard input. */
    private static void obey(CamelContext context) throws IOException {
        ProducerTemplate template = context.createProducerTemplate();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null && !command.equals(STOP); command = commands.readLine()) {
            String text = command.substring(SEND.length());
            template.sendBody("pgpubsub:" + CHANNEL, text);
            print(SENT + text);
        }
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
