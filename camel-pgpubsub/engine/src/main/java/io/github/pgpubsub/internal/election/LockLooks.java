package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Trying locks and looking who holds them: one question at a time. */
final class LockLooks {

    /** Minimum interval between looks, and between answers, that other backends can provoke. */
    static final long QUESTION_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Effects<?> effects;
    private final long acquireNanos;
    private boolean asking;
    private long askedAt;
    private boolean vacated;
    private long nextTry;
    private long nextQuestion;

    LockLooks(Effects<?> effects, long acquireNanos) {
        this.effects = effects;
        this.acquireNanos = acquireNanos;
    }

    /** The session has a new connection: the old one's question has no answer. */
    void connected() {
        asking = false;
    }

    /** Tries a lock (null: none) and looks who holds which, unless the answer to an older question is on its way. */
    void ask(@Nullable Lock tried, long now) {
        if (!asking) {
            asking = true;
            askedAt = now;
            // A look does not put off the next try: other members can provoke looks.
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

    /** Counts a question that another member provoked. */
    void provoked(long now) {
        nextQuestion = now + QUESTION_NANOS;
    }

    /** Looks who holds which lock, because a message of another member depends on it. */
    void lookUp(long now) {
        if (isQuestionDue(now)) {
            provoked(now);
            ask(null, now);
        }
    }

    /** A leader has left. An answer that is on its way now may tell how it was before. */
    void vacated() {
        vacated |= asking;
    }

    void answered() {
        asking = false;
    }

    /** Whether a leader left while the last answer was on its way. Said once. */
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
