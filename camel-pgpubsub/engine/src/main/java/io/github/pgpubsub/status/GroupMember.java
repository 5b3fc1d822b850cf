package io.github.pgpubsub.status;

/**
 * One that takes part in a group, as the server knows it.
 *
 * @param backend process id of its listening connection
 * @param name    its application name; empty where it has just gone
 * @param leader  whether it receives
 * @param standby whether it is the next in line
 */
public record GroupMember(int backend, String name, boolean leader, boolean standby) {}
