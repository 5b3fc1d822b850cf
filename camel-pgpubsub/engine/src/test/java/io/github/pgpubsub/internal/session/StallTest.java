package io.github.pgpubsub.internal.session;

import static io.github.pgpubsub.internal.session.Stall.State.BEHIND;
import static io.github.pgpubsub.internal.session.Stall.State.FLOWING;
import static io.github.pgpubsub.internal.session.Stall.State.FULL;
import static io.github.pgpubsub.internal.session.Stall.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Distinguishes a session that does not keep up from one that does. Times are milliseconds, starting below the clock's zero. */
class StallTest {

    private static final long BEGIN = -200;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Stall stall = new Stall(PATIENCE);

    @Test
    void whoReadsAllFlows() {
        assertThat(stall.isFlowing()).isTrue();
        assertThat(readsAll(0)).isEqualTo(FLOWING);
        assertThat(readsAll(10_000)).isEqualTo(FLOWING);
        assertThat(stall.isLong(at(10_000))).isFalse();
    }

    @Test
    void aBacklogIsNoReasonToTellAnybody() {
        assertThat(leavesABacklog(0)).isEqualTo(BEHIND);
        assertThat(leavesABacklog(501)).isEqualTo(BEHIND);
        assertThat(stall.isLong(at(501))).isTrue();
        assertThat(readsAll(600)).isEqualTo(FLOWING);
        assertThat(stall.isLong(at(600))).isFalse();
    }

    @Test
    void aQueueThatIsFullForAMomentIsNoneEither() {
        assertThat(isFull(0)).isEqualTo(FULL);
        assertThat(isFull(500)).isEqualTo(FULL);
        assertThat(readsAll(501)).isEqualTo(FLOWING);
        assertThat(isFull(502)).isEqualTo(FULL);
        assertThat(isFull(1002)).isEqualTo(FULL);
        assertThat(isFull(1003)).isEqualTo(WAITING);
    }

    @Test
    void theTimeCountsFromWhenItLastFlowed() {
        assertThat(leavesABacklog(0)).isEqualTo(BEHIND);
        assertThat(isFull(300)).isEqualTo(FULL);
        assertThat(leavesABacklog(400)).isEqualTo(BEHIND);
        assertThat(isFull(501)).isEqualTo(WAITING);
        assertThat(stall.millis(at(501))).isEqualTo(501);
    }

    @Test
    void whoWaitsWaitsUntilAllIsRead() {
        isFull(0);
        assertThat(isFull(501)).isEqualTo(WAITING);
        assertThat(leavesABacklog(600)).isEqualTo(WAITING);
        assertThat(isFull(700)).isEqualTo(WAITING);
        assertThat(readsAll(800)).isEqualTo(FLOWING);
        assertThat(stall.millis(at(800))).isEqualTo(800);
        assertThat(isFull(900)).isEqualTo(FULL);
    }

    @Test
    void wishesDoNotGoBeforeABacklogUnlessThatLasts() {
        assertThat(stall.mayAskBehind(at(0))).isTrue();
        leavesABacklog(0);
        assertThat(stall.mayAskBehind(at(0))).isFalse();
        isFull(100);
        assertThat(stall.mayAskBehind(at(PATIENCE.toMillis()))).isFalse();
        assertThat(stall.mayAskBehind(at(PATIENCE.toMillis() + 1))).isTrue();
    }

    @Test
    void wishesOfWhoWaitsAreNotHeldBack() {
        isFull(0);
        assertThat(stall.mayAskBehind(at(500))).isFalse();
        isFull(501);
        assertThat(stall.mayAskBehind(at(501))).isTrue();
        leavesABacklog(502);
        assertThat(stall.mayAskBehind(at(502))).isTrue();
    }

    private Stall.State readsAll(long millis) {
        return stall.passed(true, false, at(millis));
    }

    private Stall.State leavesABacklog(long millis) {
        return stall.passed(true, true, at(millis));
    }

    private Stall.State isFull(long millis) {
        return stall.passed(false, true, at(millis));
    }

    private static long at(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(BEGIN + millis);
    }
}
