package org.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** The routes with a server in a container; skipped if there is no Docker engine. */
@Testcontainers(disabledWithoutDocker = true)
class OrdersRoutesInContainerTest {

    @Container
    static final PostgreSQLContainer server = new PostgreSQLContainer(DockerImageName
            .parse(System.getProperty("postgres.image", "postgres:18")).asCompatibleSubstituteFor("postgres"));

    @Test
    void receivesWhatSqlSends() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            PgPubSubComponent component = new PgPubSubComponent();
            component.getConfiguration().setUrl(server.getJdbcUrl());
            component.getConfiguration().setUser(server.getUsername());
            component.getConfiguration().setPassword(server.getPassword());
            context.addComponent("pgpubsub", component);
            context.addRoutes(new OrdersRoutes());
            NotifyBuilder received = new NotifyBuilder(context).fromRoute("receive")
                    .filter(exchange -> "two teas".equals(exchange.getMessage().getBody())).whenCompleted(1).create();
            context.start();

            try (Connection connection = server.createConnection("");
                    Statement statement = connection.createStatement()) {
                statement.execute("notify orders, 'two teas'");
            }

            assertTrue(received.matches(20, TimeUnit.SECONDS));
        }
    }
}
