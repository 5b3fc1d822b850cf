package io.github.pgpubsub.internal.election;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The standby as seen by the leader. */
final class Heir {

    private static final long NOTICE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Backends that have sent JOIN, with its position. Anybody can send JOIN; each backend has one entry at most. */
    private final Map<Integer, Places.Place> joiners = new LinkedHashMap<>();
    private Places.@Nullable Place join;
    private boolean answered = true;
    private int backend;
    private boolean synced;
    private int noticeTo;
    private @Nullable String notice;
    private long noticedAt;
    private long noticePlace = Leadership.NEVER;
    private long noticeCameByAt;
    private boolean confirmed;
    private boolean holding;

    private void forget() {
        backend = 0;
        join = null;
        answered = true;
        synced = false;
        noticeTo = 0;
        notice = null;
        noticePlace = Leadership.NEVER;
        confirmed = false;
        holding = false;
    }

    /** A backend says that it has the standby's lock, which must be looked up. */
    void joins(int sender, Places.Place place) {
        joiners.put(sender, place);
    }

    /** Forgets the backends that have sent JOIN: this leader does not hand over to them any more. */
    void forgetJoiners() {
        joiners.clear();
    }

    boolean isToBeLookedUp() {
        return !joiners.isEmpty();
    }

    /**
     * The first position from which on a standby may not know the names of messages: that of a JOIN whose sender is not looked up
     * yet, or of the standby's JOIN until it is answered. {@link Leadership#NEVER}: none.
     */
    long unansweredFrom() {
        Places.Place own = unanswered();
        long first = own == null ? Leadership.NEVER : own.before();
        for (Places.Place place : joiners.values()) {
            if (first == Leadership.NEVER || place.before() < first) {
                first = place.before();
            }
        }
        return first;
    }

    /** The entries whose names a standby knows. It would give other names to the rest if it took over before it is told. */
    <M> List<Entry<M>> namesAlike(List<Entry<M>> entries) {
        long unanswered = unansweredFrom();
        return entries.stream().filter(entry -> entry.isBefore(unanswered)).toList();
    }

    /**
     * The standby's lock was looked up.
     *
     * @param holder backend that holds it, 0: none
     * @return position of its JOIN if it has just joined; otherwise null
     */
    Places.@Nullable Place found(int holder) {
        Places.Place joined = joiners.get(holder);
        joiners.clear();
        if (joined != null || holder != backend) {
            forget();
        }
        if (joined != null) {
            backend = holder;
            join = joined;
            answered = false;
        }
        return joined;
    }

    /** Position of the standby's JOIN while it waits for the first answer; null: it is answered, or there is no standby. */
    Places.@Nullable Place unanswered() {
        return answered ? null : join;
    }

    /** The answer to a JOIN is committed. */
    void answered(String joinToken) {
        answered |= join != null && join.token().equals(joinToken);
    }

    boolean isPresent() {
        return backend != 0;
    }

    /** 0: none. */
    int backend() {
        return backend;
    }

    /** Whether a message of this backend is from the standby. If the backend has sent JOIN again, it counts once looked up. */
    boolean is(int sender) {
        return isPresent() && backend == sender && !joiners.containsKey(sender);
    }

    /** Whether a report of this position would bring the standby in step. */
    boolean waitsFor(long complete) {
        assert join != null;
        return !synced && complete >= join.before();
    }

    boolean isSynced() {
        return synced;
    }

    /** @param to the notice that the standby answers, if any */
    void synced(String to) {
        synced = true;
        confirmed |= isNotice(to);
    }

    /** The standby had to drop messages that the leader has not done. */
    void behind() {
        synced = false;
        confirmed = false;
    }

    /** @param to the notice from which on the standby keeps everything */
    void holdsFrom(String to) {
        holding |= isNotice(to);
    }

    private boolean isNotice(String token) {
        return token.equals(notice) && noticeTo == backend;
    }

    /** Whether to send the notice to the standby, or to repeat it: the standby may have read it before it knew who leads. */
    boolean isToBeNoticed(long roundTrip, long now) {
        return isPresent() && !confirmed && (noticeTo != backend || now - noticedAt >= NOTICE_NANOS + 4 * roundTrip);
    }

    /** The token of the notice to the standby: the same one each time. */
    String notice(Supplier<String> token, long now) {
        if (noticeTo != backend) {
            noticeTo = backend;
            notice = token.get();
            noticePlace = Leadership.NEVER;
        }
        noticedAt = now;
        assert notice != null;
        return notice;
    }

    /** The notice, or its repetition, arrives. */
    void noticeCameBy(String token, long place, long now) {
        if (isNotice(token) && noticePlace == Leadership.NEVER) {
            noticePlace = place;
            noticeCameByAt = now;
        }
    }

    /** Whether the standby has not answered its notice in this time, as far as the stream has been read. */
    boolean isLate(long patience, long readUpTo) {
        return noticePlace != Leadership.NEVER && readUpTo - noticeCameByAt >= patience;
    }

    /** Whether the standby holds everything that the leader has not done, and drops nothing any more. */
    boolean isReady() {
        return isPresent() && confirmed;
    }

    /** The position from which on the standby keeps everything, even if it is not in step; {@link Leadership#NEVER}: unknown. */
    long heldFrom() {
        return isPresent() && holding ? noticePlace : Leadership.NEVER;
    }
}
