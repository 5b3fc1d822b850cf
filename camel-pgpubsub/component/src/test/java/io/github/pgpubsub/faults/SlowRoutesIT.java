package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Routes that fail, are slow, fall behind or are suspended: the effects on progress and role. */
@Tag("long")
class SlowRoutesIT {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    /** A failed exchange counts as complete: the standby is in step, and the successor does not get the message again. */
    @Test
    void aRouteThatFailsEveryExchangeMakesProgress() {
        try (Group group = new Group(postgres, "failing", "gapMarker=reconnect")) {
            Node first = group.launch(0, "fail").awaitStarted();
            Node second = group.launch(0, "fail").awaitStarted();
            long sent;
            try (Numbers numbers = group.numbers(200)) {
                group.awaitStandbyInStep(second);
                group.awaitThat("messages", Node.SOON, () -> first.starts().size() > 500);
                first.command("leave");
                group.awaitLeads(second, Node.SOON);
                group.awaitNextStart(second);
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            Figures.print("failing route: sent %d, lost %d, twice %d, terms %d, silence %s", sent, received.lost(sent).size(),
                    received.twice().size(), received.terms().size(), Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(received.terms()).hasSize(2);
        }
    }

    /** One exchange takes twice as long as leaderTimeout. */
    @Test
    void aSlowExchangeIsNotALeaderWithoutLife() {
        long leaderTimeout = 4000;
        long exchange = 2 * leaderTimeout;
        try (Group group = new Group(postgres, "slow exchange", "leaderTimeout=" + leaderTimeout)) {
            Node first = group.launch(exchange, "ends").awaitStarted();
            group.send(1, 3);
            group.awaitNextStart(first);
            int ended = first.ends().size();
            // It joins during an exchange, so until this exchange ends the leader's progress is before the messages that it
            // holds.
            Node second = group.launch(0).awaitStarted();
            boolean inStep = second.isStandbyInStep();
            // On a busy machine the exchange may have ended before the process was up.
            assertThat(inStep && first.ends().size() == ended).isFalse();
            group.awaitStandbyInStep(second);
            group.awaitThat("three ends", Node.SOON, () -> first.ends().size() == 3);
            // Stopped during an exchange: this exchange is finished here, the successor gets the next messages.
            group.send(4, 6);
            group.awaitStarted(4);
            first.command("leave");
            group.awaitLeads(second, Node.SOON);
            group.awaitStarted(6);
            Received received = group.received();
            Figures.print("slow exchanges: %d ms each, leaderTimeout %d ms, terms %d, lost %d, twice %d", exchange,
                    leaderTimeout, received.terms().size(), received.lost(6).size(), received.twice().size());
            group.assertKeptWithoutGaps();
            assertThat(first.ends()).hasSize(4);
            assertThat(second.starts()).extracting(Start::number).containsExactly(5L, 6L);
            assertNobodyWasDeposed(group);
        }
    }

    /** Without a second connection, the leader asks on its listening connection, and the driver reads the backlog. */
    @Test
    void aLoneLeaderWithAFullQueueGoesOnWhereNoSecondConnectionCanBeHad() {
        int messages = 150;
        postgres.createRole("onlyone", "only");
        postgres.execute("alter role onlyone connection limit 1");
        try (Group group = new Group(postgres, "one connection", "leaderTimeout=1500&queueSize=5&gapMarker=reconnect")) {
            Node only = group.as("onlyone", "only").launch(20).awaitStarted();
            group.send(1, messages);
            group.awaitStarted(messages);
            assertThat(only.log()).anyMatch(line -> line.contains("too many connections for role"));
            group.assertKeptWithoutGaps();
        }
    }

    /** The session stops reading for several times leaderTimeout. */
    @Test
    void aFullQueueIsNotALeaderWithoutLife() {
        int messages = 250;
        long leaderTimeout = 4000;
        long exchange = 60;
        try (Group group = new Group(postgres, "full queue",
                "leaderTimeout=" + leaderTimeout + "&queueSize=5&gapMarker=reconnect")) {
            Node first = group.launch(exchange).awaitStarted();
            Node second = group.launch(exchange).awaitStarted();
            group.awaitStandbyInStep(second);
            group.send(1, messages);
            group.awaitStarted(messages);
            assertThat(group.leads(first)).as("the first still leads\n%s", group.story()).isTrue();
            group.awaitStandbyInStep(second);
            // And a standby that joins while the queue is full gets in step.
            group.send(messages + 1, 2 * messages);
            group.awaitStarted(messages + 20);
            second.command("leave");
            second.command("join");
            group.awaitStarted(2 * messages);
            group.awaitStandbyInStep(second);
            Received received = group.received();
            List<Start> starts = first.starts();
            Figures.print("full queue: stalled for about %d ms twice, leaderTimeout %d ms, terms %d, lost %d, twice %d",
                    (starts.get(messages - 1).micros() - starts.get(0).micros()) / 1000, leaderTimeout, received.terms().size(),
                    received.lost(2 * messages).size(), received.twice().size());
            group.assertKeptWithoutGaps();
            assertThat(received.terms()).hasSize(1);
            assertNobodyWasDeposed(group);
        }
    }

    /** A suspended route gives up its role at once, and joins again when it is resumed. */
    @Test
    void aSuspendedRouteResigns() {
        try (Group group = new Group(postgres, "suspended", "gapMarker=reconnect")) {
            Node first = group.launch().awaitStarted();
            Node second = group.launch().awaitStarted();
            group.awaitStandbyInStep(second);
            long sent;
            try (Numbers numbers = group.numbers(1000)) {
                group.awaitNextStart(first);
                first.command("suspend");
                group.awaitLeads(second, Node.SOON);
                group.awaitNextStart(second);
                first.command("resume");
                group.awaitStandbyInStep(first);
                second.command("suspend");
                group.awaitLeads(first, Node.SOON);
                group.awaitNextStart(first);
                sent = numbers.stop();
            }
            group.awaitStarted(sent);
            Received received = group.received();
            Figures.print("suspended route: sent %d, hand-overs %d, lost %d, twice %d, silence %s", sent,
                    received.terms().size() - 1,
                    received.lost(sent).size(), received.twice().size(), Figures.medianAndMax(received.silences()));
            group.assertKeptWithoutGaps();
            assertThat(received.terms()).hasSize(3);
        }
    }

    private static void assertNobodyWasDeposed(Group group) {
        assertThat(group.all())
                .allSatisfy(node -> assertThat(node.log()).noneMatch(line -> line.contains("shows no sign of life")));
    }
}
