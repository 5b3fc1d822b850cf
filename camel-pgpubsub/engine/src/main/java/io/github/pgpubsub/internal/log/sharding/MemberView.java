package io.github.pgpubsub.internal.log.sharding;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A member as the others see it.
 *
 * @param beat    changes now and then while the member waits for a share, so that it is not taken for frozen; 0 to {@value #BEATS}
 * @param present whether it wants a share; a member that leaves, or has stepped aside, may still hold shards
 * @param marks   by shard
 */
public record MemberView(MemberId id, boolean present, int beat, SortedMap<Integer, Mark> marks) {

    /** The highest beat. */
    public static final int BEATS = 1023;

    public MemberView(MemberId id, boolean present, int beat, Map<Integer, Mark> marks) {
        this(id, present, beat, new TreeMap<>(marks));
    }

    /** Number of shards with this mark. */
    int count(Mark mark) {
        return (int) marks.values().stream().filter(each -> each == mark).count();
    }

    /** Shards that it has or is about to get, without those that it gives back. */
    int kept() {
        return marks.size() - count(Mark.LEAVES);
    }
}
