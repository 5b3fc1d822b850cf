package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link Effects#poll}. It names the lock that was tried, because an answer may arrive in a later role that would have
 * tried another lock.
 *
 * @param tried     the lock that was tried; null: none, only the holders were looked up
 * @param acquired  whether this member has got the lock that was tried
 * @param leader    backend that holds the leader's lock, 0: none
 * @param standby   backend that holds the standby's lock, 0: none
 * @param members   number of backends in the group, this one included
 * @param witnesses number of other members that have seen a leader
 * @param witness   whether this member holds {@link Lock#WITNESS}
 */
public record Poll(@Nullable Lock tried, boolean acquired, int leader, int standby, int members, int witnesses, boolean witness) {

    boolean acquired(Lock lock) {
        return acquired && tried == lock;
    }
}
