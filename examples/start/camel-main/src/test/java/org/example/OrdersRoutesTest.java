package org.example;

import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;

/** The routes alone: no database. */
class OrdersRoutesTest extends CamelTestSupport {

    OrdersRoutesTest() {
        testConfiguration().withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new OrdersRoutes();
    }

    @Test
    void logsAnOrder() throws Exception {
        AdviceWith.adviceWith(context, "receive", route -> {
            route.replaceFromWith("direct:order");
            route.weaveAddLast().to("mock:done");
        });
        AdviceWith.adviceWith(context, "send", route -> {
            route.replaceFromWith("direct:tick");
            route.weaveByToUri("pgpubsub:*").replace().to("mock:sent");
        });
        MockEndpoint sent = getMockEndpoint("mock:sent");
        MockEndpoint done = getMockEndpoint("mock:done");
        sent.expectedMessageCount(1);
        done.expectedBodiesReceived("two teas");
        context.start();

        template.sendBody("direct:tick", "");
        template.sendBody("direct:order", "two teas");

        MockEndpoint.assertIsSatisfied(context);
    }
}
