package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.BufferLimit;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A member ends its own former session while that still holds a lock, and no session that gets the same process id later. */
class FormerBackendTest {

    private static final ServerRun RUN = new ServerRun("start", 0);

    private final List<Integer> ended = new ArrayList<>();
    private final Leadership<String> leadership = new Leadership<>(
            new LeadOptions(Duration.ofMillis(500), Duration.ofSeconds(30), 1000), effects(),
            () -> new Entries<>(new BufferLimit(1 << 20), String::length), new Random(1));

    @Test
    void theFormerSessionIsEndedWhileItHoldsALock() {
        reconnect();
        found(7);
        assertThat(ended).containsExactly(7);
    }

    @Test
    void aSessionWithTheSameNumberIsLeftAlone() {
        reconnect();
        found(9);
        found(7);
        assertThat(ended).isEmpty();
    }

    private void reconnect() {
        leadership.connected(7, RUN, 1);
        leadership.disconnected(2, 2, 2);
        leadership.connected(8, RUN, 3);
    }

    private void found(int leader) {
        leadership.polled(new Poll(Lock.STANDBY, false, leader, 10, 3, 0, false), 4);
    }

    @SuppressWarnings("unchecked")
    private Effects<String> effects() {
        return (Effects<String>) Proxy.newProxyInstance(Effects.class.getClassLoader(), new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("terminate")) {
                        ended.add((Integer) arguments[0]);
                    }
                    Class<?> type = method.getReturnType();
                    return type == boolean.class ? (Object) true : type == long.class ? (Object) 0L
                            : type == List.class ? List.of() : null;
                });
    }
}
