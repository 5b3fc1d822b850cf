package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.status.Role;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A member that has begun to step aside loses its connection before it has left, and is asked to go on at each tick. */
class GoOnTest {

    private static final ServerRun RUN = new ServerRun("start", 0);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final List<String> delivered = new ArrayList<>();
    private final List<String> effects = new ArrayList<>();
    private final BufferLimit memory = new BufferLimit(1 << 20);
    private final Leadership<String> leadership = new Leadership<>(
            new LeadOptions(Duration.ofMillis(500), Duration.ofSeconds(30), 1000), effects(),
            () -> new Entries<>(memory, String::length), new Random(1));
    private int room = 1;
    private boolean idle = true;
    private ControlMessage lastSent;
    private long now = SECOND;

    /** A message of an earlier term is still being handled, so the member that is free to leave waits for it. */
    @Test
    void connectedAgainItIsNotWithoutARoleForEver() {
        idle = false;
        leadership.connected(7, RUN, now);
        leadership.polled(new Poll(Lock.STANDBY, true, 9, 7, 2, 0, false), now);
        leadership.stop(now);
        leadership.disconnected(now, now, now);
        leadership.connected(8, RUN, now);
        boolean goesOn = leadership.goOn();
        idle = true;
        leadership.drained(now);
        assertThat(leadership.role()).isEqualTo(Role.STOPPED);
        assertThat(goesOn).isFalse();
        leadership.again();
        leadership.connected(8, RUN, now);
        assertThat(leadership.role()).isEqualTo(Role.COLD);
    }

    /** Alone, it delivers without a connection what it has taken in, and has room for one message at a time. */
    @Test
    void withoutAConnectionItDeliversAllThatItHasTakenIn() {
        leadAlone();
        List.of("a", "b", "c", "d").forEach(message -> leadership.data(message));
        assertThat(delivered).containsExactly("a");
        leadership.disconnected(now, now, now);
        leadership.connected(8, RUN, now);
        leadership.polled(new Poll(Lock.STANDBY, true, 0, 8, 1, 0, false), now);
        leadership.stop(now);
        leadership.polled(new Poll(Lock.LEADER, false, 0, 8, 1, 0, false), now);
        room = 1;
        leadership.disconnected(now, now, now);
        assertThat(effects).contains("openUnfenced");
        assertThat(leadership.goOn()).isFalse();
        leadership.connected(9, RUN, now);
        while (leadership.role() != Role.STOPPED && delivered.size() < 10) {
            room = 1;
            leadership.drained(now);
        }
        assertThat(delivered).containsExactly("a", "b", "c", "d");
        assertThat(memory.held()).isZero();
    }

    private void leadAlone() {
        leadership.connected(7, RUN, now);
        leadership.polled(new Poll(Lock.STANDBY, true, 0, 7, 1, 0, false), now);
        leadership.polled(new Poll(Lock.LEADER, true, 7, 7, 1, 0, false), now);
        leadership.control(7, lastSent, now);
        now += SECOND;
        leadership.tick(now);
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
        room = 1;
    }

    @SuppressWarnings("unchecked")
    private Effects<String> effects() {
        return (Effects<String>) Proxy.newProxyInstance(Effects.class.getClassLoader(), new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> effect(method, arguments));
    }

    private Object effect(Method method, Object[] arguments) {
        effects.add(method.getName());
        switch (method.getName()) {
            case "deliver" -> deliver((Entry<?>) arguments[0]);
            case "send" -> lastSent = (ControlMessage) arguments[0];
            case "hasRoom" -> {
                return room > 0;
            }
            case "isIdle" -> {
                return idle;
            }
            default -> {}
        }
        Class<?> type = method.getReturnType();
        return type == boolean.class ? (Object) false : type == long.class ? (Object) 0L : type == List.class ? List.of() : null;
    }

    private void deliver(Entry<?> entry) {
        if (entry.gap() == null) {
            room--;
            delivered.add((String) entry.message());
        }
    }
}
