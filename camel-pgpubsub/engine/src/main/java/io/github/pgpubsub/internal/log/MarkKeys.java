package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.sharding.Mark;
import io.github.pgpubsub.internal.log.sharding.MemberId;
import io.github.pgpubsub.internal.log.sharding.MemberView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The keys of the advisory locks by which the members of a group with shards see each other: 32 bits name the group, 20 the member, 2 say
 * what is shown, 10 about which shard, or which beat it is. Two groups with the same 32 bits would see each other's members, and share unevenly, no more.
 */
final class MarkKeys {

    /** Numbers of members end here, and begin again. */
    static final int MOST_NUMBERS = (1 << 20) - 1;

    private static final int SHARD_BITS = 10;
    private static final int NUMBER_SHIFT = SHARD_BITS + 2;
    private static final int PRESENT = 0;
    /** From 1 on; all versions that run side by side have to agree on it. */
    private static final List<Mark> KINDS = List.of(Mark.CLAIMS, Mark.LEADS, Mark.LEAVES);

    private final String name;
    private final int upper;

    MarkKeys(String schema, Shard group) {
        this.name = "channel " + group.channel() + ", group " + group.group();
        this.upper = hash(String.join("/", "shards", schema.length() + "/" + schema,
                group.channel().length() + "/" + group.channel(), group.group()));
    }

    private static int hash(String text) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8))).getInt();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** What the keys have in common. */
    int upper() {
        return upper;
    }

    Set<Long> of(int number, boolean present, int beat, Map<Integer, Mark> marks) {
        Set<Long> keys = new HashSet<>();
        if (present) {
            keys.add(key(number, PRESENT, beat));
        }
        marks.forEach((shard, mark) -> keys.add(key(number, KINDS.indexOf(mark) + 1, shard)));
        return keys;
    }

    private long key(int number, int kind, int shard) {
        int lower = number << NUMBER_SHIFT | kind << SHARD_BITS | shard;
        return (long) upper << Integer.SIZE | Integer.toUnsignedLong(lower);
    }

    /** @param locks holders by key, also of other groups */
    List<MemberView> members(Map<Long, List<Integer>> locks) {
        Map<MemberId, Map<Integer, Mark>> marks = new TreeMap<>();
        Map<MemberId, Integer> beats = new HashMap<>();
        locks.forEach((key, backends) -> {
            if (key >> Integer.SIZE == upper) {
                int lower = key.intValue();
                int kind = lower >>> SHARD_BITS & 3;
                for (int backend : backends) {
                    MemberId id = new MemberId(backend, lower >>> NUMBER_SHIFT);
                    Map<Integer, Mark> own = marks.computeIfAbsent(id, each -> new HashMap<>());
                    int last = lower & (1 << SHARD_BITS) - 1;
                    if (kind == PRESENT) {
                        beats.put(id, last);
                    } else {
                        // While a mark changes, both may be there for a moment.
                        own.merge(last, KINDS.get(kind - 1), (a, b) -> a.compareTo(b) > 0 ? a : b);
                    }
                }
            }
        });
        List<MemberView> members = new ArrayList<>();
        marks.forEach((id, own) -> members.add(new MemberView(id, beats.containsKey(id), beats.getOrDefault(id, 0), own)));
        return members;
    }

    @Override
    public String toString() {
        return name;
    }
}
