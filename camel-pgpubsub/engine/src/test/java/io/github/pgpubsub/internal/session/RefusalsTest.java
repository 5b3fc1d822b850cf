package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which subscriber learns of a refusal, when the request is repeated, and when all is well again. */
class RefusalsTest {

    private static final SQLException REFUSAL = new SQLException("no", "42501");

    private long millis = -50;
    private final Refusals refusals = new Refusals(() -> TimeUnit.MILLISECONDS.toNanos(millis));
    private final RecordingSubscriber one = new RecordingSubscriber("one");
    private final RecordingSubscriber two = new RecordingSubscriber("two");
    private final List<String> again = new ArrayList<>();

    @Test
    void whatIsRefusedIsAskedAgainLaterAndOnce() {
        refusals.refused(REFUSAL, "wish", () -> again.add("wish"), one);
        assertThat(one.told).containsExactly("refused: no");
        askedAgainAfter(100);
        refusals.retryDue();
        assertThat(again).containsExactly("wish");
        assertThat(refusals.isEmpty()).isFalse();
    }

    @Test
    void eachRefusalInARowDoublesThePauseUpToTwentySixSeconds() {
        for (long pause : new long[] {100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 25600}) {
            refusals.refused(REFUSAL, "wish", () -> again.add("wish"), one);
            askedAgainAfter(pause);
        }
        refusals.granted("wish");
        refusals.refused(REFUSAL, "wish", () -> again.add("wish"), one);
        askedAgainAfter(100);
    }

    private void askedAgainAfter(long pause) {
        again.clear();
        millis += pause - 1;
        refusals.retryDue();
        assertThat(again).isEmpty();
        millis++;
        refusals.retryDue();
        assertThat(again).containsExactly("wish");
    }

    @Test
    void aSubscriberHearsThatAllIsGrantedAndNotThatSomeIs() {
        refusals.refused(REFUSAL, "shared", () -> {}, one, two);
        refusals.refused(REFUSAL, "its own", () -> {}, one);
        refusals.granted("shared");
        refusals.granted("shared");
        assertThat(two.told).containsExactly("refused: no", "granted");
        assertThat(one.told).containsExactly("refused: no", "refused: no");
        refusals.granted("its own");
        assertThat(one.told).containsExactly("refused: no", "refused: no", "granted");
    }

    @Test
    void aLockIsNotTriedBeforeItsTime() {
        assertThat(refusals.isTooEarlyForLock(1)).isFalse();
        refusals.lockRefused(REFUSAL, 1, one);
        assertThat(refusals.isTooEarlyForLock(1)).isTrue();
        assertThat(refusals.isTooEarlyForLock(2)).isFalse();
        millis += 100;
        assertThat(refusals.isTooEarlyForLock(1)).isFalse();
    }

    /** The server's lock table has room again. A lock try that was given up is not repeated. */
    @Test
    void oneLockThatIsGrantedIsEnough() {
        refusals.lockRefused(REFUSAL, 1, one);
        refusals.lockRefused(REFUSAL, 2, one);
        refusals.lockRefused(REFUSAL, 3, two);
        refusals.locksGranted(one);
        assertThat(one.told).containsExactly("refused: no", "refused: no", "granted");
        assertThat(two.told).containsExactly("refused: no");
        assertThat(refusals.isTooEarlyForLock(3)).isTrue();
    }

    @Test
    void onlyWhatIsAboutTheWishIsARefusal() {
        assertThat(Refusals.isRefusal(REFUSAL)).isTrue();
        assertThat(Refusals.isRefusal(new SQLException("a lock too many", "53200"))).isTrue();
        assertThat(Refusals.isRefusal(new SQLException("no answer"))).isFalse();
        assertThat(Refusals.isRefusal(new SQLException("the server goes down", "57P01"))).isFalse();
        assertThat(Refusals.isRefusal(new SQLException("in a transaction that has failed", "25P02"))).isFalse();
    }
}
