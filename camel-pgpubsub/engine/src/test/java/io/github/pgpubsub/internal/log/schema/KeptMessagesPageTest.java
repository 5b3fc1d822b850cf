package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.docs.Pages;
import io.github.pgpubsub.docs.Snippet;
import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The statements of docs/kept-messages.md run, and the rights that it grants are all that a sender and a receiver need. */
class KeptMessagesPageTest {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    @Test
    void thePageIsRight() throws SQLException {
        KeptLog.create(postgres);
        List<Snippet> snippets = Snippet.of(Pages.ROOT.resolve("docs/kept-messages.md")).stream()
                .filter(snippet -> snippet.language().equals("sql")).toList();
        snippets.forEach(snippet -> postgres.execute(snippet.text()));
        assertThat(postgres.number("select count(*) from pgpubsub.message")).isEqualTo(5);
        postgres.execute("create schema authorization app_owner; create table app_owner.orders (id int primary key);"
                + " alter table app_owner.orders owner to app_owner; grant create on schema app_owner to app_owner; set role app_owner;"
                + " select pgpubsub.watch('app_owner.orders', 'orders'), pgpubsub.watch('app_owner.orders', 'keys', durable => false);"
                + " insert into app_owner.orders values (1); select pgpubsub.unwatch('app_owner.orders')");
        assertThat(postgres.number("select count(*) from pgpubsub.message")).isEqualTo(6);
        for (Use use : Use.values()) {
            try (Connection connection = postgres.connect()) {
                connection.createStatement().execute("set role " + switch (use) {
                    case SEND, STORE -> "app_sender";
                    case RECEIVE, FETCH -> "app_receiver";
                    case WATCH -> "app_owner";
                });
                new LogSchema("pgpubsub").prepare(connection, true, use);
            }
        }
    }
}
