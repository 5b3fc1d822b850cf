package io.github.pgpubsub.faults;

import static io.github.pgpubsub.faults.Application.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that can't be converted to UTF-8 cost the listeners their connections: the log says so, a gap follows, and they reconnect. */
@Tag("long")
class UnreadablePayloadIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    @AfterEach
    void drop() {
        postgres.execute("drop database if exists single with (force)");
    }

    @ParameterizedTest
    @CsvSource({"WIN1252, chr(129), false", "WIN1252, chr(129), true", "SQL_ASCII, chr(200), false"})
    void isToldAndSurvived(String encoding, String poison, boolean singleListener) throws Exception {
        postgres.execute("create database single encoding '" + encoding + "' locale 'C' template template0");
        Arrivals arrivals = new Arrivals();
        try (LoggedLines log = LoggedLines.capture(); Application application = new Application(postgres)) {
            application.configuration().setUrl(postgres.server().url("single"));
            application.receive("in", "pgpubsub:ch?singleListener=" + singleListener, arrivals).start();
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.send("pgpubsub:ch", "before");
            arrivals.awaitBodies("before");
            try (Connection stranger = DriverManager.getConnection(
                    postgres.server().url("single"), postgres.user(), postgres.password());
                    Statement statement = stranger.createStatement()) {
                statement.execute("select pg_notify('ch', " + poison + ")");
            }
            soon(() -> assertThat(application.consumer("in").getGaps()).isEqualTo(1));
            soon(() -> assertThat(application.isReceiving("in")).isTrue());
            application.awaitHealth("in", HealthCheck.State.UP);
            application.sendAgainAndAgain("pgpubsub:ch", "after");
            arrivals.awaitBodies("before", "after");
            assertThat(application.consumer("in").getReconnects()).isEqualTo(1);
            assertThat(log.lines()).filteredOn(line -> line.startsWith("WARN") && line.contains("Lost the connection"))
                    .singleElement().asString().contains("can't be converted to UTF-8", "encoding UTF8", "trying again");
        }
    }
}
