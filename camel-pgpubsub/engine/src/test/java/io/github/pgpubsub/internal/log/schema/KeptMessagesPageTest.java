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
        for (Use use : Use.values()) {
            try (Connection connection = postgres.connect()) {
                connection.createStatement()
                        .execute("set role " + (use == Use.SEND || use == Use.STORE ? "app_sender" : "app_receiver"));
                new LogSchema("pgpubsub").prepare(connection, true, use);
            }
        }
    }
}
