package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.status.Role;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A leader that ends at once, because the server does not let it stop in an orderly way or memory is lacking. */
class AbandonTest {

    private static final ServerRun RUN = new ServerRun("start", 0);

    private final List<String> effects = new ArrayList<>();
    private final BufferLimit memory = new BufferLimit(1 << 20);
    private final Leadership<String> leadership = new Leadership<>(
            new LeadOptions(Duration.ofMillis(500), Duration.ofSeconds(30), 1000), effects(),
            () -> new Entries<>(memory, String::length), new Random(1));
    private ControlMessage lastSent;
    private long now = Duration.ofSeconds(1).toNanos();
    /** How often the end fails for lack of memory. */
    private int failures;
    private String failing = "";

    /** A message that begins after the locks are released might begin at the successor, too. */
    @Test
    void noMoreMessagesBeginBeforeTheLocksAreReleased() {
        lead();
        effects.clear();
        leadership.abandon();
        assertThat(effects).startsWith("withdraw").endsWith("stopped");
        assertThat(leadership.role()).isEqualTo(Role.STOPPED);
    }

    @Test
    void withoutMemoryToTellOfTheEndItEndsAllTheSame() {
        endsAtTheSecondAttempt("changed");
    }

    @Test
    void withoutMemoryToReleaseTheLocksItDoesItAgain() {
        endsAtTheSecondAttempt("stopped");
    }

    private void endsAtTheSecondAttempt(String fails) {
        leadership.connected(7, RUN, now);
        leadership.polled(new Poll(Lock.STANDBY, true, 9, 7, 2, 0, false), now);
        leadership.stop(now);
        failing = fails;
        failures = 1;
        assertThatThrownBy(leadership::abandon).isInstanceOf(OutOfMemoryError.class);
        assertThat(effects).doesNotContain("stopped");
        leadership.abandon();
        assertThat(effects).containsOnlyOnce("stopped");
        assertThat(leadership.role()).isEqualTo(Role.STOPPED);
    }

    private void lead() {
        leadership.connected(7, RUN, now);
        leadership.polled(new Poll(Lock.STANDBY, true, 0, 7, 1, 0, false), now);
        leadership.polled(new Poll(Lock.LEADER, true, 7, 7, 1, 0, false), now);
        leadership.control(7, lastSent, now);
        now += Duration.ofSeconds(1).toNanos();
        leadership.tick(now);
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
    }

    @SuppressWarnings("unchecked")
    private Effects<String> effects() {
        return (Effects<String>) Proxy.newProxyInstance(Effects.class.getClassLoader(), new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> effect(method, arguments));
    }

    private Object effect(Method method, Object[] arguments) {
        if (method.getName().equals(failing) && failures-- > 0) {
            throw new OutOfMemoryError("said the test");
        }
        effects.add(method.getName());
        if (method.getName().equals("send")) {
            lastSent = (ControlMessage) arguments[0];
        }
        Class<?> type = method.getReturnType();
        return type == boolean.class ? (Object) false : type == long.class ? (Object) 0L : type == List.class ? List.of() : null;
    }
}
