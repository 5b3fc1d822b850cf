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

    static final Rotated NOTHING = new Rotated("idle", 0, 0, List.of(), List.of());

    boolean isHeld() {
        return outcome.equals("held");
    }
}
