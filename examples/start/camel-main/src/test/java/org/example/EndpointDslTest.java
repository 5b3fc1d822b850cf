package org.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.builder.endpoint.EndpointRouteBuilder;
import org.apache.camel.component.stub.StubComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The endpoint DSL for Camel's own components, and a string for this one. */
class EndpointDslTest {

    @Test
    void bothGoTogether() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("pgpubsub", new StubComponent());
            context.addRoutes(new EndpointRouteBuilder() {
                @Override
                public void configure() {
                    from(timer("tick").repeatCount(1)).to("pgpubsub:orders");
                    from("pgpubsub:orders").routeId("receive").to(log("orders").showBody(true));
                }
            });
            NotifyBuilder received = new NotifyBuilder(context).fromRoute("receive").whenCompleted(1).create();
            context.start();

            assertTrue(received.matches(20, TimeUnit.SECONDS));
        }
    }
}
