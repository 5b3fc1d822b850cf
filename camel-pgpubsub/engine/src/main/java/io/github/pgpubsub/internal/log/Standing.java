package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Reader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a group's reader stands, for other threads than the reading one.
 *
 * @param epoch   0: does not read
 * @param window  the end of the open window; null: none is open
 * @param opened  System.nanoTime when that window was first seen; 0: none is open
 * @param trouble why it can't read; null: nothing is known against it
 */
record Standing(boolean reading, boolean asleep, long epoch, @Nullable Bound window, long opened, int inHand,
        @Nullable String trouble) {

    static final Standing NONE = new Standing(false, false, 0, null, 0, 0, null);

    /** The same object if nothing has changed. */
    Standing next(Reader<?> reader, @Nullable String nowTrouble, long now) {
        Bound end = reader.windowEnd();
        boolean sameWindow = Objects.equals(end, window);
        if (sameWindow && reading == reader.isInTerm() && asleep == reader.isAsleep() && epoch == reader.epoch()
                && inHand == reader.inHand() && Objects.equals(trouble, nowTrouble)) {
            return this;
        }
        long since = end == null ? 0 : sameWindow ? opened : now;
        return new Standing(reader.isInTerm(), reader.isAsleep(), reader.epoch(), end, since, reader.inHand(), nowTrouble);
    }
}
