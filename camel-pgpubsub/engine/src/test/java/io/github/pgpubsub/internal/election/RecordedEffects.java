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

/**
 * Effects that happen nowhere: their names are recorded. The handler's queue has no room, unless it is made {@link #quick}, and everything
 * else is answered with nothing.
 */
final class RecordedEffects {

    private static final ServerRun RUN = new ServerRun("start", 0);

    private final BufferLimit memory = new BufferLimit(1 << 20);
    private final List<String> names = new ArrayList<>();
    private ControlMessage lastSent;
    private String failing = "";
    private boolean quick;
    private final List<String> delivered = new ArrayList<>();

    Leadership<String> leadership() {
        return leadership(1000);
    }

    Leadership<String> leadership(int standbyBuffer) {
        return new Leadership<>(options(standbyBuffer), proxy(), this::entries, new Random(1));
    }

    Member<String> member(int standbyBuffer) {
        return new Member<>(options(standbyBuffer), proxy(), this::entries, new Random(1));
    }

    private static LeadOptions options(int standbyBuffer) {
        return new LeadOptions(Duration.ofMillis(500), Duration.ofSeconds(30), standbyBuffer);
    }

    private Entries<String> entries() {
        return new Entries<>(memory, String::length);
    }

    List<String> names() {
        return names;
    }

    /** The next effect of this name fails for lack of memory. */
    void failOnce(String name) {
        failing = name;
    }

    /** From now on the handler has finished each message at once. */
    void quick() {
        quick = true;
    }

    List<String> delivered() {
        return delivered;
    }

    ControlMessage lastSent() {
        return lastSent;
    }

    /** Lets a member connect as this backend and take over, as the only one. It leads once its grace is over. */
    void takeOver(Leadership<String> leadership, int backend, long begin) {
        leadership.connected(backend, RUN, begin);
        leadership.polled(new Poll(Lock.STANDBY, true, 0, backend, 1, 0, false), begin);
        leadership.polled(new Poll(Lock.LEADER, true, backend, backend, 1, 0, false), begin);
        leadership.control(backend, lastSent, begin);
        assertThat(leadership.role()).isEqualTo(Role.TAKING_OVER);
    }

    /** Lets a member connect as this backend and lead, as the only one. */
    void lead(Leadership<String> leadership, int backend, long begin) {
        takeOver(leadership, backend, begin);
        leadership.tick(begin + Duration.ofSeconds(1).toNanos());
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
    }

    @SuppressWarnings("unchecked")
    private Effects<String> proxy() {
        return (Effects<String>) Proxy.newProxyInstance(Effects.class.getClassLoader(), new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> effect(method, arguments));
    }

    private Object effect(Method method, Object[] arguments) {
        if (method.getName().equals(failing)) {
            failing = "";
            throw new OutOfMemoryError("said the test");
        }
        names.add(method.getName().equals("lost") ? "lost " + arguments[0] : method.getName());
        if (method.getName().equals("send")) {
            lastSent = (ControlMessage) arguments[0];
        }
        if (method.getName().equals("deliver") && arguments[0] instanceof Entry<?> entry && entry.gap() == null) {
            delivered.add((String) entry.message());
        }
        if (quick) {
            switch (method.getName()) {
                case "hasRoom", "isIdle" -> {
                    return true;
                }
                case "watermark" -> {
                    return Long.MAX_VALUE;
                }
                default -> {}
            }
        }
        Class<?> type = method.getReturnType();
        return type == boolean.class ? (Object) false : type == long.class ? (Object) 0L : type == List.class ? List.of() : null;
    }
}
