package io.github.pgpubsub.internal.election;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** When a leader reports its progress: on request, when there is news for a standby, and as a sign of life. */
final class Reports {

    /** Minimum interval between reports while messages flow. */
    private static final long NEWS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** Minimum interval between reports on request. */
    private static final long URGENT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Parts of the interval between signs of life, see {@link #isSignDue}. */
    private static final int PARTS = 20;

    private final long signNanos;
    private final int manyMessages;
    private long number;
    private long lastAt;
    private @Nullable Reference lastReference;
    private long lastComplete;
    private @Nullable String token;
    private long sentAt;
    /** The report that the leader waits to read, null: the next. Not always the latest: a stream that lags never gets to that one. */
    private @Nullable String awaited;
    private long awaitedAt;
    private long readUpTo;
    private boolean pending;
    private boolean wanted;

    /**
     * @param signNanos    maximum interval between reports
     * @param manyMessages number of messages after a marker that makes a report urgent
     */
    Reports(long signNanos, int manyMessages) {
        this.signNanos = signNanos;
        this.manyMessages = Math.max(1, manyMessages);
    }

    /** A term begins; its TAKEOVER is its first marker. */
    void begin(String takeover, long now) {
        token = takeover;
        sentAt = now;
        awaited = null;
        readUpTo = now;
        lastAt = now;
        lastReference = null;
        lastComplete = -1;
        pending = false;
        wanted = false;
    }

    void want() {
        wanted = true;
    }

    /** @param keeps whether the standby keeps messages, and so can get in step; another one has all that it needs in the signs of life */
    boolean isDue(@Nullable Reference reference, Heir heir, boolean keeps, long complete, long sinceMarker, long now) {
        if (pending) {
            return false;
        }
        // A report is itself a marker and so renames an unchanged position: this alone is news only to a standby that could get in step.
        boolean getsInStep = keeps && !heir.isSynced();
        boolean news = heir.isPresent() && reference != null
                && (complete != lastComplete || (getsInStep && !reference.equals(lastReference)));
        boolean joins = heir.unanswered() != null;
        boolean urgent = wanted || (news && getsInStep && heir.waitsFor(complete))
                || (keeps && heir.isPresent() && sinceMarker >= manyMessages);
        long since = now - lastAt;
        return joins || (urgent && since >= URGENT_NANOS) || (news && since >= NEWS_NANOS) || isSignDue(now);
    }

    boolean isWanted() {
        return wanted;
    }

    /** Whether the latest report says that everything before this position is complete, and has its answer. */
    boolean hasReported(long place) {
        return !pending && lastComplete == place;
    }

    /**
     * Up to a part of the interval early, at a multiple of that part, so that of many leaders in a process those that are due at about the
     * same time are due together: with each sign goes a question for which the server looks at all locks of the database, once for all who
     * ask. Parts are small, because what is due together keeps the session's thread from handing on messages.
     */
    boolean isSignDue(long now) {
        long part = signNanos / PARTS;
        return now - Math.floorDiv(lastAt + signNanos, part) * part >= 0;
    }

    /** Creates the next report. */
    ControlMessage next(String newToken, @Nullable Reference reference, long complete, long now) {
        token = newToken;
        sentAt = now;
        if (awaited == null) {
            awaited = token;
            awaitedAt = sentAt;
        }
        lastAt = now;
        lastReference = reference;
        lastComplete = complete;
        pending = true;
        wanted = false;
        return ControlMessage.of(ControlMessage.Type.PROGRESS, newToken).at(reference).with("n", ++number);
    }

    /** A report of this term arrives in the stream. */
    void cameBy(String seenToken) {
        if (seenToken.equals(awaited)) {
            readUpTo = awaitedAt;
            awaited = null;
        }
    }

    /** Everything that was sent before this time has been read, once the term's TAKEOVER has. */
    long readUpTo() {
        return readUpTo;
    }

    /** A report that is refused is not repeated, and never arrives. */
    void answered(String answeredToken, boolean committed) {
        pending &= !answeredToken.equals(token);
        if (!committed && answeredToken.equals(awaited)) {
            awaited = null;
        }
    }

    /** Whether the token is the latest report's, which was sent at {@link #sentAt}. */
    boolean isLatest(String seenToken) {
        return seenToken.equals(token);
    }

    long sentAt() {
        return sentAt;
    }
}
