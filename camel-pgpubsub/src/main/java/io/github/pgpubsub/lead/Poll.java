package io.github.pgpubsub.lead;

/**
 * The answer to {@link Effects#poll}.
 *
 * @param acquired whether the lock that was tried is now held by this member
 * @param leader   backend that holds the leader's lock, 0: none
 * @param standby  backend that holds the standby's place, 0: none
 * @param members  how many hold the presence lock, this one included
 */
public record Poll(boolean acquired, int leader, int standby, int members) {}
