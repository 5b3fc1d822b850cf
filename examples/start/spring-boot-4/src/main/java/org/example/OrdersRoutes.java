package org.example;

import org.apache.camel.builder.RouteBuilder;
import org.springframework.stereotype.Component;

@Component
public class OrdersRoutes extends RouteBuilder {

    @Override
    public void configure() {
        from("pgpubsub:orders").routeId("receive")
            .log("order ${body}");

        from("timer:tick?period=5000").routeId("send")
            .setBody(simple("tick ${date:now:HH:mm:ss}"))
            .to("pgpubsub:orders");
    }
}
