package io.github.pgpubsub.internal.election;

/** What a leader says over an auxiliary connection while it does not read its stream. */
final class SignsOfLife {

    private int connection;
    private long signedAt;
    private int announcedTo;
    private int announcements;

    /** The session has a new connection. */
    void connected() {
        connection = 0;
    }

    /** Backend of the auxiliary connection, 0: there is none. */
    int connection() {
        return connection;
    }

    void over(int auxiliary) {
        if (connection != auxiliary) {
            connection = auxiliary;
            announcedTo = 0;
        }
    }

    long lastAt() {
        return signedAt;
    }

    void given(long now) {
        signedAt = now;
    }

    /**
     * Whether the auxiliary connection is to be announced to that standby, which believes a second backend only if the one
     * that holds the lock has named it. Without a standby nothing is sent on the listening connection, where the driver would
     * take in the whole backlog before the answer. Twice: a standby may have the place and not listen yet.
     */
    boolean isToBeAnnounced(int standby) {
        if (standby != announcedTo) {
            announcedTo = standby;
            announcements = standby == 0 ? 0 : 2;
        }
        boolean announces = announcements > 0;
        announcements -= announces ? 1 : 0;
        return announces;
    }
}
