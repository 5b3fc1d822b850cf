package org.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.component.stub.StubComponent;
import org.apache.camel.impl.DefaultCamelContext;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The routes as they are: a queue in memory stands for the channel. */
class OrdersRoutesWithStubTest {

    @Test
    void whatOneRouteSendsTheOtherReceives() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("pgpubsub", new StubComponent());
            context.addRoutes(new OrdersRoutes());
            NotifyBuilder received = new NotifyBuilder(context).fromRoute("receive").whenCompleted(1).create();
            context.start();

            assertTrue(received.matches(20, TimeUnit.SECONDS));
        }
    }
}
