package io.github.pgpubsub.internal.log;

import java.util.List;

/**
 * What a call of {@code rotate} did.
 *
 * @param outcome {@code idle}, {@code emptied}, {@code moved}, {@code held} or {@code busy}, as the log's file explains them
 * @param slot    of the partition that was emptied, that is held, or that is written now
 * @param givenUp unread messages that were older than the retention allows
 * @param groups  that have not read the partition, or whose messages were given up: {@code channel/group}
 * @param expired groups that nobody has joined for too long and that are removed now
 */
record Rotated(String outcome, int slot, long givenUp, List<String> groups, List<String> expired) {

    static final int NO_SLOT = -1;
    static final Rotated NOTHING = new Rotated("idle", NO_SLOT, 0, List.of(), List.of());

    /** Groups have not read a partition that is old enough. Writers may have moved on all the same. */
    boolean isHeld() {
        return outcome.equals("held") || (outcome.equals("moved") && !groups.isEmpty());
    }

    /** Nothing is old enough and still there. A call that empties one partition tells nothing of the others. */
    boolean isFree() {
        return outcome.equals("idle") || (outcome.equals("moved") && groups.isEmpty());
    }

    /** Somebody uses a partition that is old enough, or else other processes rotate, join or seek. */
    boolean isBusy() {
        return outcome.equals("busy");
    }
}
