package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The subscribers of a session, and when they are called. */
class SubscribersTest {

    private static final Duration TICK = Duration.ofHours(1);

    private final CommandQueue commands = new CommandQueue();
    private final Subscribers subscribers = new Subscribers(commands, TICK);
    private final RecordingSubscriber one = new RecordingSubscriber("one");
    private final RecordingSubscriber two = new RecordingSubscriber("two");

    SubscribersTest() {
        commands.begin();
        subscribers.add(one);
        subscribers.add(two);
    }

    @Test
    void eachIsToldWhateverTheOthersThrow() {
        subscribers.tell(each -> {
            each.disconnected();
            if (each == one) {
                throw new IllegalStateException("its own fault");
            }
        });
        assertThat(two.told).containsExactly("disconnected");
    }

    @Test
    void whoHearsSomethingMayLeave() {
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            subscribers.forEach(each -> {
                heard.add(each.name());
                subscribers.remove(one);
            });
        }
        assertThat(heard).containsExactly("one", "two", "two");
    }

    @Test
    void theyAreAskedOnceATick() {
        subscribers.tick();
        subscribers.tick();
        assertThat(one.told).containsExactly("tick");
        assertThat(two.told).containsExactly("tick");
        long later = System.nanoTime() + TICK.toNanos();
        assertThat(subscribers.isTickDue(later)).isTrue();
        assertThat(subscribers.isTickDue(later)).isFalse();
        assertThat(subscribers.isTickDue(later + TICK.toNanos())).isTrue();
    }

    @Test
    void whoIsNotBusyIsCalledNowAndThen() {
        one.busy = false;
        long now = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            subscribers.callInsteadOfTicks(Subscriber::tick, now + i * TICK.toNanos());
        }
        assertThat(one.told).hasSize(2);
        assertThat(two.told).hasSize(10);
    }

    @Test
    void ofSlowCallsEachIsForAll() {
        one.busy = false;
        long now = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            subscribers.callInsteadOfTicks(Subscriber::tick, now + i * 5 * TICK.toNanos());
        }
        assertThat(one.told).hasSize(3);
    }

    @Test
    void nobodyTouchesThemWhileTheSessionsThreadIsAwayButFromWithinACommand() {
        commands.leave();
        assertThatThrownBy(() -> subscribers.remove(one)).isInstanceOf(AssertionError.class);
        commands.execute(() -> subscribers.remove(one));
        commands.comeBack();
        assertThat(subscribers.copy()).containsExactly(two);
    }
}
