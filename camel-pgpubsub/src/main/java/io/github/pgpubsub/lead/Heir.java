package io.github.pgpubsub.lead;

import java.util.HashMap;
import java.util.Map;

/** The standby as the leader knows it. */
final class Heir {

    /** Where who said that he joins. Anybody can say so. */
    record Join(String token, long place) {}

    /** As many as there are backends at most. */
    private final Map<Integer, Join> joiners = new HashMap<>();
    private long joinedAt;
    private int backend;
    private boolean synced;
    private int noticeTo;
    private String notice;
    private boolean confirmed;

    void clear() {
        joiners.clear();
        forget();
    }

    private void forget() {
        backend = 0;
        synced = false;
        confirmed = false;
    }

    /** Somebody says that it has the standby's place; whether that is so has to be looked up. */
    void joins(int sender, String token, long place) {
        joiners.put(sender, new Join(token, place));
    }

    boolean isToBeLookedUp() {
        return !joiners.isEmpty();
    }

    /**
     * The backend that holds the standby's place.
     *
     * @return where it has just joined; null: it has not
     */
    Join isHolder(int holder) {
        Join join = joiners.get(holder);
        joiners.clear();
        if (join != null || holder != backend) {
            forget();
        }
        if (join != null) {
            backend = holder;
            joinedAt = join.place;
        }
        return join;
    }

    boolean isPresent() {
        return backend != 0;
    }

    /** 0: none. */
    int backend() {
        return backend;
    }

    boolean is(int sender) {
        return isPresent() && backend == sender;
    }

    /** Whether it would be in step if it knew that everything before this place is complete. */
    boolean waitsFor(long complete) {
        return !synced && complete >= joinedAt;
    }

    boolean isSynced() {
        return synced;
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
