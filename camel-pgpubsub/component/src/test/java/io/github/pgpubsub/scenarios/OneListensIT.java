package io.github.pgpubsub.scenarios;

import static io.github.pgpubsub.scenarios.Nodes.SOON;
import static io.github.pgpubsub.scenarios.Nodes.awaitReceived;
import static io.github.pgpubsub.scenarios.Nodes.received;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One of three processes listens. When it ends, in any way, another one listens. */
@Tag("long")
class OneListensIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @BeforeAll
    static void aTableWhoseRowsAreMessages() {
        postgres.execute("""
                create table greeting (text text);
                create function greet() returns trigger language plpgsql as $$
                begin
                  perform pg_notify('HelloChannel', new.text);
                  return null;
                end $$;
                create trigger greet after insert on greeting for each row execute function greet()""");
    }

    @Test
    void oneReceivesEverything() {
        try (Nodes nodes = Nodes.start(postgres, "singleListener=true")) {
            JvmProcess listener = nodes.awaitListener(SOON);

            List<String> expected = everyWayToSend(nodes, "hello");

            awaitReceived(listener, last(expected));
            nodes.stopAll();
            assertThat(notProbes(received(listener))).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(notProbes(nodes.receivedByAnyone())).hasSameSizeAs(expected);
            assertThat(nodes.receivedByAnyone()).doesNotHaveDuplicates();
        }
    }

    /** The standbys' poll interval is far longer than this may take, so the listener must announce its end. */
    @Test
    void whenTheListenerStopsAnotherTakesOverAtOnce() {
        try (Nodes nodes = Nodes.startOneThenOthers(postgres, "acquireInterval=60s")) {
            JvmProcess first = nodes.awaitListener(SOON);

            nodes.stop(first);
            JvmProcess second = nodes.awaitListener(Duration.ofSeconds(2));

            assertThat(second).isNotSameAs(first);
            List<String> expected = everyWayToSend(nodes, "after the stop");
            awaitReceived(second, last(expected));
            nodes.stopAll();
            assertThat(notProbes(received(second))).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(notProbes(nodes.receivedByAnyone())).hasSameSizeAs(expected);
            assertThat(nodes.receivedByAnyone()).doesNotHaveDuplicates();
        }
    }

    @Test
    void whenTheListenerIsKilledAnotherReallyReceives() {
        try (Nodes nodes = Nodes.start(postgres, "singleListener=true")) {
            JvmProcess first = nodes.awaitListener(SOON);

            nodes.kill(first);
            JvmProcess second = nodes.awaitListener(SOON);

            assertThat(second).isNotSameAs(first);
            List<String> expected = everyWayToSend(nodes, "after the kill");
            awaitReceived(second, last(expected));
            nodes.stopAll();
            assertThat(notProbes(received(second))).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(notProbes(nodes.receivedByAnyone())).hasSameSizeAs(expected);
        }
    }

    /** The processes and plain SQL: NOTIFY, pg_notify and a trigger. Returns the texts; the last one was sent last. */
    private static List<String> everyWayToSend(Nodes nodes, String text) {
        List<String> texts = new ArrayList<>(nodes.allSend(text, 5));
        postgres.execute("NOTIFY \"HelloChannel\", '" + text + " by NOTIFY'");
        texts.add(text + " by NOTIFY");
        postgres.notify(HelloNode.CHANNEL, text + " by pg_notify");
        texts.add(text + " by pg_notify");
        postgres.execute("insert into greeting values (?)", text + " by a trigger");
        texts.add(text + " by a trigger");
        return texts;
    }

    private static String last(List<String> texts) {
        return texts.get(texts.size() - 1);
    }

    private static List<String> notProbes(List<String> texts) {
        return texts.stream().filter(text -> !text.startsWith("probe ")).toList();
    }
}
