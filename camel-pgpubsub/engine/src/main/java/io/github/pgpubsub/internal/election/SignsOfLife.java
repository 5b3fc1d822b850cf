package io.github.pgpubsub.internal.election;

/** A leader's signs of life over an auxiliary connection, while it does not read its stream. */
final class SignsOfLife {

    private int connection;
    private long signedAt;
    private int announcedTo;
    private int announcements;

    /** Called for each new connection of the session. */
    void connected() {
        connection = 0;
    }

    /** Backend of the auxiliary connection, 0: none. */
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
     * Whether to announce the auxiliary connection to the standby now. A standby believes a second backend only if the lock's holder
     * has named it. Without a standby nothing is announced, because sending on the listening connection makes the driver read the
     * whole backlog before the answer. True twice for each standby: it may have its lock and not listen yet.
     */
    boolean takeAnnouncement(int standby) {
        if (standby != announcedTo) {
            announcedTo = standby;
            announcements = standby == 0 ? 0 : 2;
        }
        boolean announces = announcements > 0;
        announcements -= announces ? 1 : 0;
        return announces;
    }
}
