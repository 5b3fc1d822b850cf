package io.github.pgpubsub.lead;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The standby as the leader knows it. */
final class Heir {

    private static final long NOTICE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Who said that he joins, and where. Anybody can say so; as many as there are backends at most. */
    private final Map<Integer, Places.Place> joiners = new HashMap<>();
    private long joinedAt;
    private int backend;
    private boolean synced;
    private int noticeTo;
    private String notice;
    private long noticedAt;
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
    void joins(int sender, Places.Place place) {
        joiners.put(sender, place);
    }

    boolean isToBeLookedUp() {
        return !joiners.isEmpty();
    }

    /**
     * The backend that holds the standby's place.
     *
     * @return where it has just joined; null: it has not
     */
    Places.Place isHolder(int holder) {
        Places.Place join = joiners.get(holder);
        joiners.clear();
        if (join != null || holder != backend) {
            forget();
        }
        if (join != null) {
            backend = holder;
            joinedAt = join.before();
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

    /** Whether it is to be told that the leader wants to stop: again too, for it may have heard it before it knew who leads. */
    boolean isToBeNoticed(long now) {
        return isPresent() && !confirmed && (noticeTo != backend || now - noticedAt >= NOTICE_NANOS);
    }

    /** The notice to it, by the same name each time. */
    String notice(Supplier<String> token, long now) {
        if (noticeTo != backend) {
            noticeTo = backend;
            notice = token.get();
        }
        noticedAt = now;
        return notice;
    }

    /** Whether it holds everything and drops nothing any more. */
    boolean isReady() {
        return isPresent() && confirmed;
    }
}
