package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.session.SessionStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which backends hold the locks of a group, as the server has answered.
 *
 * @param backends by lock key; a lock without a holder is left out
 */
record LockHolders(GroupKey key, Map<Long, List<Integer>> backends) {

    static void ask(SessionStream stream, GroupKey key, Consumer<LockHolders> answer) {
        List<Long> keys = Arrays.stream(Lock.values()).map(key::key).toList();
        stream.holders(keys, backends -> answer.accept(new LockHolders(key, backends)));
    }

    /** The backend that holds a lock which one can hold; 0: none. */
    int one(Lock lock) {
        List<Integer> all = all(lock);
        return all.isEmpty() ? 0 : all.get(0);
    }

    /** All members, in the order of their backends. */
    Set<Integer> members() {
        Set<Integer> members = new TreeSet<>(all(Lock.PRESENCE));
        members.addAll(all(Lock.WITNESS));
        return members;
    }

    /** Number of members that have seen somebody lead, without one of them. */
    int witnessesBesides(int backend) {
        return (int) all(Lock.WITNESS).stream().filter(each -> each != backend).count();
    }

    private List<Integer> all(Lock lock) {
        return backends.getOrDefault(key.key(lock), List.of());
    }
}
