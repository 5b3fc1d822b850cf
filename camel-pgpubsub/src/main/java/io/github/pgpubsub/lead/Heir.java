package io.github.pgpubsub.lead;

/** The standby as the leader knows it. */
final class Heir {

    private int joiner;
    private long joinedAt;
    private int backend;
    private boolean synced;
    private int noticeTo;
    private String notice;
    private boolean confirmed;

    void clear() {
        joiner = 0;
        forget();
    }

    private void forget() {
        backend = 0;
        synced = false;
        confirmed = false;
    }

    /** Somebody says that it has the standby's place; whether that is so has to be looked up. */
    void joins(int sender, long place) {
        joiner = sender;
        joinedAt = place;
    }

    boolean isToBeLookedUp() {
        return joiner != 0;
    }

    /**
     * The backend that holds the standby's place.
     *
     * @return whether it has just joined
     */
    boolean isHolder(int holder) {
        boolean joins = joiner != 0 && joiner == holder;
        joiner = 0;
        if (joins || holder != backend) {
            forget();
        }
        if (joins) {
            backend = holder;
        }
        return joins;
    }

    boolean isPresent() {
        return backend != 0;
    }

    boolean is(int sender) {
        return isPresent() && backend == sender;
    }

    /** Whether it would be in step if it knew that everything before this place is complete. */
    boolean waitsFor(long complete) {
        return !synced && complete >= joinedAt;
    }

    /** @param to the notice that it answers, if any */
    void isSynced(String to) {
        synced = true;
        confirmed |= to.equals(notice) && noticeTo == backend;
    }

    /** Whether it has not been told yet that the leader wants to stop. */
    boolean isToBeNoticed() {
        return isPresent() && noticeTo != backend;
    }

    void noticed(String token) {
        noticeTo = backend;
        notice = token;
        confirmed = false;
    }

    /** Whether it holds everything and drops nothing any more. */
    boolean isReady() {
        return isPresent() && confirmed;
    }
}
