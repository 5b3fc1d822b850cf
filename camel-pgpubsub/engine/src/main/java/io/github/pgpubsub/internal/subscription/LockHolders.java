package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.LockKeys;
import io.github.pgpubsub.internal.session.SessionStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The backends that hold the locks of a group, as answered by the server.
 *
 * @param backends holders by lock key; locks without a holder are left out
 */
record LockHolders(LockKeys keys, Map<Long, List<Integer>> backends) {

    static void ask(SessionStream stream, LockKeys keys, Consumer<LockHolders> answer) {
        stream.holders(keys.all(), backends -> answer.accept(new LockHolders(keys, backends)));
    }

    /** The holder of a lock that only one backend can hold; 0: none. */
    int one(Lock lock) {
        List<Integer> all = all(lock);
        return all.isEmpty() ? 0 : all.get(0);
    }

    /** The backends of all members, in ascending order. */
    Set<Integer> members() {
        Set<Integer> members = new TreeSet<>(all(Lock.PRESENCE));
        members.addAll(all(Lock.WITNESS));
        return members;
    }

    /** Number of members that have seen a leader, not counting this backend. */
    int witnessesBesides(int backend) {
        return (int) all(Lock.WITNESS).stream().filter(each -> each != backend).count();
    }

    boolean isWitness(int backend) {
        return all(Lock.WITNESS).contains(backend);
    }

    private List<Integer> all(Lock lock) {
        return backends.getOrDefault(keys.of(lock), List.of());
    }
}
