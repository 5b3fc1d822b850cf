package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A leader has messages in its queue when it loses the lead without noticing. */
@Tag("long")
class StaleQueueIT {

    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(3);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void whatAnotherHasDoneMeanwhileDoesNotComeAgain() {
        int messages = 540;
        try (Proxy proxy = new Proxy(postgres.server());
                Group group = new Group(postgres, "stale", "gapMarker=reconnect&reconnectMaxDelay=500")) {
            Node first = group.through(proxy).launch(10).awaitStarted();
            Node second = group.launch().awaitStarted();
            group.awaitStandbyInStep(second);
            group.send(1, messages);
            group.awaitStarted(2);
            group.history().happened(What.DISTURBING, first.name(), "refused");
            long cut = System.nanoTime();
            proxy.refuse(true);
            proxy.reset();
            group.awaitLeads(second, Node.SOON);
            group.awaitStarted(messages);
            long sent = messages;
            for (int i = 0; i < 30; i++) {
                group.send(sent + 1, sent + 100);
                sent += 100;
                group.awaitStarted(sent);
            }
            // In an orderly way: it waits for nobody, and has reported everything.
            second.command("leave");
            assertThat(first.role()).isEqualTo("DISCONNECTED");
            // Within two seconds it would deliver its messages, marked: docs/guarantees.md, after a break.
            group.awaitThat("the former leader is away for long", Node.SOON, () -> System.nanoTime() - cut > AWAY_NANOS);
            proxy.refuse(false);
            group.history().happened(What.SETTLED, first.name(), "refused");
            group.awaitLeads(first, Node.SOON);
            long next = sent + 1;
            group.send(next, next);
            group.awaitStarted(next);
            Received received = group.received();
            Figures.print("a leader comes back with a queue that another has done: begun again by it %d, twice in all %d",
                    first.starts().stream().filter(start -> start.term() == 2).count() - 1, received.twice().size());
            group.assertKept();
        }
    }

    /** The end of the session is hidden behind data that the leader does not read because its queue is full. */
    @Test
    void aLeaderThatDoesNotReadBeginsNothingOnceAnotherLeads() {
        int rounds = 6;
        int messages = 200;
        try (Group group = new Group(postgres, "unread end", "leaderTimeout=0&queueSize=40&gapMarker=reconnect")) {
            group.launch(20).awaitStarted();
            group.launch(20).awaitStarted();
            for (int round = 0; round < rounds; round++) {
                Node leader = group.awaitLeader();
                group.awaitStandbyInStep();
                long sent = (long) round * messages;
                group.send(sent + 1, sent + messages);
                // Both in the first half second of a full queue, and later.
                group.awaitStarted(sent + 5 + 20L * round);
                group.history().happened(What.DISTURBING, leader.name(), "session ended");
                postgres.terminate(leader.backend());
                group.awaitStarted(sent + messages);
                group.history().happened(What.SETTLED, leader.name(), "session ended");
            }
            Received received = group.received();
            Figures.print("a leader's session ends behind a full queue, %d times: lost %d, twice %d", rounds,
                    received.lost((long) rounds * messages).size(), received.twice().size());
            group.assertKept();
            assertThat(received.terms()).hasSize(rounds + 1);
        }
    }
}
