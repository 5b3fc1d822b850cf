package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {

    private final Names names = new Names();

    @Test
    void withoutAMarkerThereIsNoName() {
        assertThat(names.of(0)).isNull();

        names.mark(5, "epoch", 0);

        assertThat(names.of(4)).isNull();
        assertThat(names.of(5)).hasToString("epoch-0-1");
    }

    @Test
    void theLastMarkerBeforeAMessageCounts() {
        names.mark(0, "epoch", 0);
        names.mark(10, "epoch", 1);
        names.mark(10, "epoch", 2);

        assertThat(names.of(9)).hasToString("epoch-0-10");
        assertThat(names.of(10)).hasToString("epoch-2-1");
    }

    @Test
    void aMarkerThatIsHeardLateNamesFromWhereItCameBy() {
        names.mark(0, "epoch", 0);
        names.mark(20, "epoch", 2);
        names.mark(10, "epoch", 1);

        assertThat(names.of(9)).hasToString("epoch-0-10");
        assertThat(names.of(19)).hasToString("epoch-1-10");
        assertThat(names.of(20)).hasToString("epoch-2-1");
    }

    @Test
    void whoIsToldHowNamesGoOnGivesTheSameNames() {
        Names leader = new Names();
        leader.mark(3, "epoch", 7);
        Names.Anchor told = leader.at(100);

        // The leader's position 100 is the standby's position 40.
        names.begin(40, told.epoch(), told.marker(), told.count());
        names.begin(30, "other", 0, 0);
        names.begin(35, "too late", 0, 0);

        assertThat(names.of(40)).isEqualTo(leader.of(100));
        assertThat(names.of(45)).isEqualTo(leader.of(105));
        assertThat(names.of(39)).hasToString("other-0-10");
    }

    @Test
    void whatIsForgottenIsNotNeededForLaterPlaces() {
        names.mark(0, "epoch", 0);
        names.mark(10, "epoch", 1);
        names.mark(20, "epoch", 2);

        names.forgetBefore(15);

        assertThat(names.of(9)).isNull();
        assertThat(names.of(15)).hasToString("epoch-1-6");
        assertThat(names.of(25)).hasToString("epoch-2-6");
    }
}
