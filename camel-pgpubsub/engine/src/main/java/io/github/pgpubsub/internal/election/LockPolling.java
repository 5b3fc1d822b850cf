package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tries locks and looks up their holders, with one poll at a time. */
final class LockPolling {

    /** Minimum interval between lock look-ups triggered by other backends, and between answers to challenges. */
    static final long QUESTION_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Effects<?> effects;
    private final long acquireNanos;
    private boolean asking;
    private long askedAt;
    private boolean vacated;
    private long nextTry;
    private long nextQuestion;

    LockPolling(Effects<?> effects, long acquireNanos) {
        this.effects = effects;
        this.acquireNanos = acquireNanos;
    }

    /** Called for each new connection: a poll on the former one gets no answer. */
    void connected() {
        asking = false;
    }

    /** Tries a lock (null: none) and looks up the holders, unless a poll is waiting for its answer. */
    void ask(@Nullable Lock tried, long now) {
        if (!asking) {
            asking = true;
            askedAt = now;
            // A look-up does not postpone the next try, because other members can trigger look-ups.
            nextTry = tried == null ? nextTry : now + acquireNanos;
            effects.poll(tried);
        }
    }

    boolean isTryDue(long now) {
        return now - nextTry >= 0;
    }

    boolean isQuestionDue(long now) {
        return now - nextQuestion >= 0;
    }

    /** Counts a look-up that another member triggered. */
    void provoked(long now) {
        nextQuestion = now + QUESTION_NANOS;
    }

    /** Looks up the holders because of another member's message, unless the last such look-up was just before. */
    void lookUp(long now) {
        if (isQuestionDue(now)) {
            provoked(now);
            ask(null, now);
        }
    }

    /** A leader has left, so a pending answer may be outdated. */
    void vacated() {
        vacated |= asking;
    }

    void answered() {
        asking = false;
    }

    /** Whether a leader left while the last poll was pending. True once. */
    boolean wasVacated() {
        boolean was = vacated;
        vacated = false;
        return was;
    }

    boolean isAsking() {
        return asking;
    }

    long askedAt() {
        return askedAt;
    }
}
