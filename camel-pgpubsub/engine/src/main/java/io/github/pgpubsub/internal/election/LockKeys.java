package io.github.pgpubsub.internal.election;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The keys of a group's advisory locks. Each is a hash, and hashing for each question about a lock would be a noticeable part of what
 * a thousand groups cost.
 */
public final class LockKeys {

    private final Map<Lock, Long> keys = new EnumMap<>(Lock.class);

    public LockKeys(GroupKey group) {
        for (Lock lock : Lock.values()) {
            keys.put(lock, group.key(lock));
        }
    }

    public long of(Lock lock) {
        Long key = keys.get(lock);
        assert key != null;
        return key;
    }

    public List<Long> all() {
        return List.copyOf(keys.values());
    }
}
