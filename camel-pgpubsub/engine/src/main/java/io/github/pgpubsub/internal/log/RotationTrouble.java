package io.github.pgpubsub.internal.log;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What keeps messages in the log that are old enough to go, as the calls of {@code rotate} tell it: groups that have not read them, or a
 * transaction that has used the partition for a while, such as a dump. Whoever uses it for a moment is no trouble. Thread-safe, but for one
 * call of {@link #note} at a time.
 */
final class RotationTrouble {

    /** A partition that is in use for so many calls is worth telling: most of a minute. */
    private static final int CALLS = 10;

    private final Retention retention;
    private final long patienceNanos;
    /** Of the partition that is in use. */
    private int slot = Rotated.NO_SLOT;
    private long since;
    private volatile @Nullable String text;

    /** Asks who uses a partition. */
    interface Users {
        List<String> of(int slot) throws SQLException;
    }

    /** @param pause between two calls */
    RotationTrouble(Retention retention, Duration pause) {
        this.retention = retention;
        this.patienceNanos = pause.multipliedBy(CALLS).toNanos();
    }

    /** For any thread; null: none is known. */
    @Nullable
    String text() {
        return text;
    }

    void note(Rotated rotated, long now, Users users) throws SQLException {
        if (rotated.isFree() || rotated.isHeld()) {
            slot = Rotated.NO_SLOT;
            text = rotated.isHeld() ? held(rotated) : null;
        } else if (rotated.isBusy() && rotated.slot() != Rotated.NO_SLOT) {
            inUse(rotated, now, users);
        }
        // Otherwise one of several partitions was emptied, or another process rotates: the next call tells.
    }

    private void inUse(Rotated rotated, long now, Users users) throws SQLException {
        if (slot != rotated.slot()) {
            slot = rotated.slot();
            since = now;
            text = rotated.groups().isEmpty() ? null : held(rotated);
        } else if (now - since >= patienceNanos) {
            text = used(users.of(slot), Duration.ofNanos(now - since));
        }
    }

    private String held(Rotated rotated) {
        String where = rotated.outcome().equals("held") ? " of partition message_" + rotated.slot() : "";
        return "Messages" + where + " are older than retention (" + retention.completed() + ") and are kept, because "
                + String.join(", ", rotated.groups()) + " have not read them";
    }

    private String used(List<String> users, Duration elapsed) {
        String who = users.isEmpty() ? "somebody" : String.join(", ", users);
        return "Partition message_" + slot + " is older than retention (" + retention.completed()
                + ") and can't be emptied, because it"
                + " has been in use for " + elapsed.toSeconds() + " s; at the moment by " + who;
    }
}
