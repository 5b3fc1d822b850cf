package io.github.pgpubsub.lead;

/** What a member is in its group; see the package's picture. */
public enum Role {
    DISCONNECTED, STANDBY, LEADER, RESIGNING, STOPPED
}
