package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.LoggedLines;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A consumer that starts finds out what other processes do with a channel of its name; each context stands for a process. */
class ChannelKindsTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TWO_CHANNELS = "These are two channels: a plain one, and a kept one of the same name";

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeEach
    void forget() {
        postgres.execute("drop schema if exists pgpubsub cascade");
    }

    private static List<String> warnings(LoggedLines log, String part) {
        return log.lines().stream().filter(line -> line.startsWith("WARN") && line.contains(part)).toList();
    }

    @Test
    void aPlainConsumerIsToldOfGroupsInTheLog() throws Exception {
        try (CamelWithPostgres kept = new CamelWithPostgres(postgres)) {
            kept.receive("pgpubsub:mixed?durable=true&group=billing", new Inbox()).start();
        }
        // The other process need not run: the group has its place.
        try (LoggedLines log = LoggedLines.capture(); CamelWithPostgres plain = new CamelWithPostgres(postgres)) {
            plain.receive("pgpubsub:mixed", new Inbox()).receive("pgpubsub:fine", new Inbox()).start();
            await().atMost(SOON).until(() -> warnings(log, TWO_CHANNELS).size() == 1);
            assertThat(warnings(log, TWO_CHANNELS).get(0)).contains("Channel mixed is used here without durable=true",
                    "[billing]");
        }
    }

    @Test
    void aKeptConsumerIsToldOfThePlainListenerOfItsGroup() throws Exception {
        try (CamelWithPostgres plain = new CamelWithPostgres(postgres);
                LoggedLines log = LoggedLines.capture();
                CamelWithPostgres kept = new CamelWithPostgres(postgres)) {
            plain.receive("pgpubsub:mixed", new Inbox()).start();
            kept.receive("pgpubsub:mixed?durable=true", new Inbox()).receive("pgpubsub:fine?durable=true", new Inbox()).start();
            await().atMost(SOON).until(() -> warnings(log, TWO_CHANNELS).size() == 1);
            assertThat(warnings(log, TWO_CHANNELS).get(0))
                    .contains("Channel mixed is used here with durable=true, and elsewhere");
        }
    }
}
