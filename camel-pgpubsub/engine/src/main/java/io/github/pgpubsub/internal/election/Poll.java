package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link Effects#poll}: what was asked, and what was found. It says which lock was tried, because the answer to
 * an older question may come in a role that would ask for another lock.
 *
 * @param tried     the lock that was tried; null: none, the question was only who holds which
 * @param acquired  whether the lock that was tried is now held by this member
 * @param leader    backend that holds the leader's lock, 0: none
 * @param standby   backend that holds the standby's place, 0: none
 * @param members   backends that take part in the group, this one included
 * @param witnesses of these, how many others have seen somebody lead
 */
public record Poll(@Nullable Lock tried, boolean acquired, int leader, int standby, int members, int witnesses) {

    boolean acquired(Lock lock) {
        return acquired && tried == lock;
    }
}
