package io.github.pgpubsub.internal.election;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** This member's own control messages: gives them tokens, and sends them again if the server refused them. */
final class ControlChannel {

    /** Pause before a refused message is sent again. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Effects<?> effects;
    private final String name;
    private final ArrayDeque<ControlMessage> unsent = new ArrayDeque<>();
    private long tokens;
    private long retryAt;

    /** @param name prefix of all tokens of this member */
    ControlChannel(Effects<?> effects, String name) {
        this.effects = effects;
        this.name = name;
    }

    /** Messages refused on the former connection are obsolete. */
    void disconnected() {
        unsent.clear();
    }

    /** A new token, unique among all members. */
    String token() {
        return name + "." + tokens++;
    }

    boolean isOwn(ControlMessage message) {
        return message.token().startsWith(name + ".");
    }

    void send(ControlMessage message) {
        effects.send(message);
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    void sendAgain(ControlMessage refused, long now) {
        unsent.add(refused);
        retryAt = now + RETRY_NANOS;
    }

    /** @param isStillSo whether a refused message still holds; if not, it is dropped */
    void tick(long now, Predicate<ControlMessage> isStillSo) {
        if (!unsent.isEmpty() && now - retryAt >= 0) {
            ControlMessage again = unsent.remove();
            if (isStillSo.test(again)) {
                send(again);
            }
        }
    }
}
