package io.github.pgpubsub.status;

/**
 * A member of a group, as the server knows it.
 *
 * @param backend process id of the member's listening backend
 * @param name    application name of its session; empty if the session has just ended
 * @param leader  whether the member receives
 * @param standby whether the member is the standby
 */
public record GroupMember(int backend, String name, boolean leader, boolean standby) {}
