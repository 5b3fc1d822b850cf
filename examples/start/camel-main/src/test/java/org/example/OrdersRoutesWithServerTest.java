package org.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.pgpubsub.camel.PgPubSubComponent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The routes with a PostgreSQL server that the test starts; no Docker. */
class OrdersRoutesWithServerTest {

    @Test
    void receivesWhatSqlSends() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                DefaultCamelContext context = new DefaultCamelContext()) {
            PgPubSubComponent component = new PgPubSubComponent();
            component.getConfiguration().setDataSource(server.getPostgresDatabase());
            context.addComponent("pgpubsub", component);
            context.addRoutes(new OrdersRoutes());
            NotifyBuilder received = new NotifyBuilder(context).fromRoute("receive")
                    .filter(exchange -> "two teas".equals(exchange.getMessage().getBody())).whenCompleted(1).create();
            context.start();

            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("notify orders, 'two teas'");
            }

            assertTrue(received.matches(20, TimeUnit.SECONDS));
        }
    }
}
