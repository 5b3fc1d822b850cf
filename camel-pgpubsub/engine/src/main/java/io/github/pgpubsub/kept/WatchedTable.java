package io.github.pgpubsub.kept;

import io.github.pgpubsub.ChannelName;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A table whose changes are sent to a channel.
 *
 * @param table      its name, written as in SQL: {@code sales.orders}, {@code sales."Order Lines"}
 * @param channel    1 to 63 bytes of UTF-8
 * @param operations what is sent; at least one
 * @param kept       true: each changed row is a message of the kept channel. False: each statement notifies the plain channel of the keys
 *                   of the rows that it has changed
 */
public record WatchedTable(String table, String channel, Set<TableOperation> operations, boolean kept) {

    /** @throws IllegalArgumentException when the channel's name can't be one, or there is no operation */
    public WatchedTable {
        Objects.requireNonNull(table, "table");
        channel = ChannelName.check(channel);
        if (operations.isEmpty()) {
            throw new IllegalArgumentException("There is no operation to watch");
        }
        operations = Set.copyOf(operations);
    }

    /** All changes of a table, for a kept channel. */
    public static WatchedTable of(String table, String channel) {
        return new WatchedTable(table, channel, EnumSet.allOf(TableOperation.class), true);
    }
}
