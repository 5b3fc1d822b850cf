package io.github.pgpubsub.internal.log;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The groups that share a reading connection; all of them hear what happens to it. Belongs to the reading thread. */
final class HostedGroups {

    private final Set<GroupReader> groups = new LinkedHashSet<>();
    private final Siblings.Groups siblings = new Siblings.Groups();

    void add(GroupReader group) {
        groups.add(group);
        group.added();
    }

    void remove(GroupReader group) {
        groups.remove(group);
        group.removed();
    }

    void removeAll() {
        copy().forEach(this::remove);
    }

    /** Whether there are others than the one that asks. */
    boolean areSeveral() {
        return groups.size() > 1;
    }

    /** What this process reads of a group with shards. */
    Siblings siblings(Shard group) {
        return siblings.of(group);
    }

    /** The numbers of their places, as far as they are known. */
    List<Long> places() {
        return groups.stream().map(GroupReader::no).filter(no -> no != 0).toList();
    }

    /** A group may leave meanwhile. */
    private List<GroupReader> copy() {
        return List.copyOf(groups);
    }

    /** @param lost time without a connection; null: this is the first one */
    void connected(@Nullable Duration lost) {
        copy().forEach(group -> group.connected(lost));
    }

    void connectionFailed(Exception failure) {
        groups.forEach(group -> group.connectionFailed(failure));
    }

    void disconnected() {
        copy().forEach(GroupReader::disconnected);
    }

    /** @param channel empty: all */
    void woken(String channel) {
        groups.forEach(group -> group.woken(channel));
    }

    void tick(long now) {
        copy().forEach(group -> group.tick(now));
    }

    void handOut() {
        groups.forEach(GroupReader::handOut);
    }

    /** Until one of them has something to do, nanoseconds; no longer than {@code longest} for each that is there. */
    long waitNanos(long now, long wait, long longest) {
        long shortest = wait;
        for (GroupReader group : groups) {
            shortest = Math.min(shortest, Math.min(longest, group.waitNanos(now)));
        }
        return shortest;
    }
}
