package io.github.pgpubsub.scenarios;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * An application with plain, kept and batching consumers, run with Camel's virtual threads. Arguments: JDBC URL, user, password, number
 * of messages. It prints, for each message that has passed through {@code seda}, {@code received ROUTE TEXT} and whether the route began
 * on a virtual thread; then {@code DONE}.
 */
public final class VirtualThreadsNode {

    static final List<String> ROUTES = List.of("plain", "broadcast", "kept", "batches");
    static final String RECEIVED = "received ";
    static final String DONE = "DONE";

    private VirtualThreadsNode() {}

    public static void main(String[] arguments) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PgPubSubComponent component = new PgPubSubComponent();
            component.getConfiguration().setUrl(arguments[0]);
            component.getConfiguration().setUser(arguments[1]);
            component.getConfiguration().setPassword(arguments[2]);
            context.addComponent("pgpubsub", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pgpubsub:plain?concurrentConsumers=3").setHeader("route", constant("plain")).to("direct:begin");
                    from("pgpubsub:plain?singleListener=false").setHeader("route", constant("broadcast")).to("direct:begin");
                    from("pgpubsub:kept?durable=true").setHeader("route", constant("kept")).to("direct:begin");
                    from("pgpubsub:plain?group=batches&batching=true&batchTimeout=50ms").split(body())
                            .process(VirtualThreadsNode::unwrap).setHeader("route", constant("batches")).to("direct:begin");
                    from("direct:begin").process(exchange -> exchange.getMessage().setHeader("virtual", isVirtual()))
                            .to("seda:end?waitForTaskToComplete=Always");
                    from("seda:end?concurrentConsumers=5").process(VirtualThreadsNode::print);
                }
            });
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            for (int i = 1; i <= Integer.parseInt(arguments[3]); i++) {
                template.sendBody("pgpubsub:plain", Integer.toString(i));
                template.sendBody("pgpubsub:kept?durable=true", Integer.toString(i));
            }
            System.out.println(DONE);
            System.in.read();
        }
    }

    /** A part of a batch is an exchange. */
    private static void unwrap(Exchange part) {
        part.getMessage().setBody(((Exchange) part.getMessage().getBody()).getMessage().getBody());
    }

    private static void print(Exchange exchange) {
        System.out.println(RECEIVED + exchange.getMessage().getHeader("route") + " " + exchange.getMessage().getBody() + " "
                + exchange.getMessage().getHeader("virtual"));
    }

    /** By reflection, because the tests are compiled for Java 17. */
    private static boolean isVirtual() throws ReflectiveOperationException {
        return (boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
    }
}
