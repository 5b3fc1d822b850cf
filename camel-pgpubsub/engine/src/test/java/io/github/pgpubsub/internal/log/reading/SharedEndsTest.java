package io.github.pgpubsub.internal.log.reading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedEndsTest {

    private final SharedEnds ends = new SharedEnds();

    private static Bound bound(int number) {
        return new Bound(new Snapshot(number + ":" + number + ":"), number, number);
    }

    private Bound opens(int number) {
        Bound bound = bound(number);
        ends.opened(bound, ends.begin());
        return bound;
    }

    @Test
    void aWindowMayEndWhereALaterOneEnds() {
        Bound first = opens(1);
        assertThat(ends.after(first)).isNull();
        opens(2);
        Bound third = opens(3);
        assertThat(ends.after(first)).isEqualTo(third);
        assertThat(ends.after(third)).isNull();
    }

    /** Another process may have opened it after the latest end that is known here. */
    @Test
    void ofAnUnknownBeginningOnlyLaterEndsAreLater() {
        opens(1);
        Bound foreign = bound(7);
        assertThat(ends.after(foreign)).isNull();
        assertThat(ends.after(foreign)).isNull();
        Bound later = opens(8);
        assertThat(ends.after(foreign)).isEqualTo(later);
    }

    /** Its snapshot may have been taken before. */
    @Test
    void whatBeganBeforeIsNotLater() {
        long began = ends.begin();
        Bound done = opens(2);
        ends.opened(bound(1), began);
        assertThat(ends.after(done)).isNull();
        Bound foreign = bound(7);
        long beganToo = ends.begin();
        assertThat(ends.after(foreign)).isNull();
        ends.opened(bound(8), beganToo);
        assertThat(ends.after(foreign)).isNull();
    }

    @Test
    void aForgottenBeginningCountsAsUnknown() {
        Bound old = opens(1);
        for (int i = 2; i < 1000; i++) {
            opens(i);
        }
        assertThat(ends.after(old)).isNull();
        Bound latest = opens(1000);
        assertThat(ends.after(old)).isEqualTo(latest);
    }
}
