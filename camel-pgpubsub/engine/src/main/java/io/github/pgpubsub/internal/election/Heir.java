package io.github.pgpubsub.internal.election;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The standby as the leader knows it. */
final class Heir {

    private static final long NOTICE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Who said that he joins, and where. Anybody can say so; as many as there are backends at most. */
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
    private boolean holds;

    private void forget() {
        backend = 0;
        join = null;
        answered = true;
        synced = false;
        noticeTo = 0;
        notice = null;
        noticePlace = Leadership.NEVER;
        confirmed = false;
        holds = false;
    }

    /** Somebody says that it has the standby's place; whether that is so has to be looked up. */
    void joins(int sender, Places.Place place) {
        joiners.put(sender, place);
    }

    /** Whoever says so from now on is not this leader's standby any more. */
    void forgetJoiners() {
        joiners.clear();
    }

    boolean isToBeLookedUp() {
        return !joiners.isEmpty();
    }

    /**
     * The first place from which on a standby may not know yet how messages are named: where one says that it has joined, until
     * it is looked up, and where it has joined, until it is answered. {@link Leadership#NEVER}: there is no such place.
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

    /** Those whose names a standby knows: if it was not told, and takes over, it gives other names. */
    <M> List<Entry<M>> namesAlike(List<Entry<M>> entries) {
        long unanswered = unansweredFrom();
        return entries.stream().filter(entry -> entry.isBefore(unanswered)).toList();
    }

    /**
     * The backend that holds the standby's place.
     *
     * @return where it has just joined; null: it has not
     */
    Places.@Nullable Place holds(int holder) {
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

    /** Where it has joined and waits for its first answer; null: it has got one, or there is nobody. */
    Places.@Nullable Place unanswered() {
        return answered ? null : join;
    }

    /** The answer to that JOIN is committed. */
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

    /** Whether what that backend says now is this standby's word: one that has given its place up and got it again begins anew. */
    boolean is(int sender) {
        return isPresent() && backend == sender && !joiners.containsKey(sender);
    }

    /** Whether a report of this place would bring it in step. */
    boolean waitsFor(long complete) {
        assert join != null;
        return !synced && complete >= join.before();
    }

    boolean isSynced() {
        return synced;
    }

    /** @param to the notice that it answers, if any */
    void synced(String to) {
        synced = true;
        confirmed |= isNotice(to);
    }

    /** It had to drop what the leader has not done. */
    void behind() {
        synced = false;
        confirmed = false;
    }

    /** @param to the notice from which on it keeps everything */
    void holdsFrom(String to) {
        holds |= isNotice(to);
    }

    private boolean isNotice(String token) {
        return token.equals(notice) && noticeTo == backend;
    }

    /** Whether it is to be told that the leader wants to stop: again too, for it may have heard it before it knew who leads. */
    boolean isToBeNoticed(long roundTrip, long now) {
        return isPresent() && !confirmed && (noticeTo != backend || now - noticedAt >= NOTICE_NANOS + 4 * roundTrip);
    }

    /** The notice to it, by the same name each time. */
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

    /** The notice, or its repetition, comes by. */
    void noticeCameBy(String token, long place, long now) {
        if (isNotice(token) && noticePlace == Leadership.NEVER) {
            noticePlace = place;
            noticeCameByAt = now;
        }
    }

    /** Whether the notice came by so long ago, and no answer has. */
    boolean isLate(long patience, long now) {
        return noticePlace != Leadership.NEVER && now - noticeCameByAt >= patience;
    }

    /** Whether it holds everything that the leader has not done, and drops nothing any more. */
    boolean isReady() {
        return isPresent() && confirmed;
    }

    /** From this place on it keeps everything, whatever it holds of what lies before; {@link Leadership#NEVER}: not known. */
    long heldFrom() {
        return isPresent() && holds ? noticePlace : Leadership.NEVER;
    }
}
