package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.internal.election.LockKeys;
import io.github.pgpubsub.internal.election.Poll;
import io.github.pgpubsub.internal.election.ServerRun;
import io.github.pgpubsub.internal.session.Address;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.session.Subscriber;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member's locks and channels on one connection. Answers go to the leadership. Lives as long as the connection, and belongs to the
 * thread that creates it: the session's.
 *
 * <p>The session may listen to the control channel already, for another group, when it does not listen to the data channel yet. A position
 * in the stream is a control message and a number of data messages after it, so it would be wrong if the member had heard one and not the
 * others. So once the session listens to both, the member sends a mark, and its stream begins where the mark arrives.
 */
final class MemberStream {

    /** The data channel and the control channel. */
    private static final int CHANNELS = 2;
    /** No type of a control message, so that other members ignore it. */
    private static final String MARK = "1 LISTENING ";

    private final LockKeys keys;
    private final Address data;
    private final Address control;
    private final SessionStream stream;
    private final Subscriber subscriber;
    private final Leadership<Notification> leadership;
    private final Thread owner = Thread.currentThread();
    private final Set<Lock> held = EnumSet.noneOf(Lock.class);
    private final Set<Address> listening = new HashSet<>();
    /** Number of ends of the membership. A poll of before the last end has no answer, and gives back what it gets. */
    private int ends;
    private boolean asksToListen;
    /** Messages that wait until this member listens. It would not hear them, and who hears its JOIN believes that it keeps messages. */
    private final List<ControlMessage> deferred = new ArrayList<>();
    private final String mark;
    /** Whether the mark must be sent again. */
    private boolean isMarkRefused;
    private boolean begun;

    MemberStream(GroupKey key, SessionStream stream, Subscriber subscriber, Leadership<Notification> leadership) {
        this.keys = new LockKeys(key);
        this.data = Address.of(key.channel());
        this.control = new Address(key.controlChannel(), key.controlTag());
        this.mark = control.payload(MARK + UUID.randomUUID());
        this.stream = stream;
        this.subscriber = subscriber;
        this.leadership = leadership;
    }

    private boolean isOwned() {
        return Thread.currentThread() == owner;
    }

    SessionStream session() {
        assert isOwned();
        return stream;
    }

    /** Reports to the leadership that this member is connected. */
    void begin(long now) {
        leadership.connected(stream.backend(), new ServerRun(stream.server(), stream.serverUptime()), now);
    }

    // ---- locks

    void share(Lock lock) {
        assert isOwned();
        held.add(lock);
        stream.shareLock(keys.of(lock));
    }

    void unshare(Lock lock) {
        assert isOwned();
        held.remove(lock);
        stream.unshareLock(keys.of(lock));
    }

    void unlock(Lock lock) {
        assert isOwned();
        held.remove(lock);
        stream.unlock(keys.of(lock), () -> leadership.unlocked(lock, System.nanoTime()));
    }

    /**
     * Tries a lock, then looks up the holders.
     *
     * @param tried    null: none
     * @param hindered whether this member could not use a lock; then it tries none
     * @param seen     gets the answer after the leadership
     */
    void poll(@Nullable Lock tried, BooleanSupplier hindered, Consumer<Poll> seen) {
        assert isOwned();
        markIfRefused();
        int endsBefore = ends;
        boolean[] acquired = {false};
        if (tried != null && !hindered.getAsBoolean()) {
            tryLock(tried, () -> ends != endsBefore || hindered.getAsBoolean(), acquired);
        }
        LockHolders.ask(stream, keys, holders -> {
            if (ends != endsBefore) {
                return;
            }
            Poll poll = new Poll(tried, acquired[0], holders.one(Lock.LEADER), holders.one(Lock.STANDBY),
                    holders.members().size(),
                    holders.witnessesBesides(stream.backend()), holders.isWitness(stream.backend()));
            leadership.polled(poll, System.nanoTime());
            seen.accept(poll);
        });
    }

    private void tryLock(Lock tried, BooleanSupplier unwanted, boolean[] acquired) {
        stream.tryLock(keys.of(tried), answer -> {
            if (answer && unwanted.getAsBoolean()) {
                // After the request, the member has left or its LISTEN was refused.
                stream.unlock(keys.of(tried), () -> {});
            } else if (answer) {
                acquired[0] = true;
                held.add(tried);
            }
        });
    }

    /** The leader's lock, if this member holds it. */
    OptionalLong leaderLock() {
        assert isOwned();
        return held.contains(Lock.LEADER) ? OptionalLong.of(keys.of(Lock.LEADER)) : OptionalLong.empty();
    }

    /** Releases all locks, and drops waiting messages. */
    void releaseLocks() {
        assert isOwned();
        ends++;
        deferred.clear();
        for (Lock lock : held) {
            if (lock == Lock.PRESENCE || lock == Lock.WITNESS) {
                stream.unshareLock(keys.of(lock));
            } else {
                stream.unlock(keys.of(lock), () -> {});
            }
        }
        held.clear();
    }

    /** Ends a backend's session if the backend still holds the lock. */
    void terminate(int backend, Lock lock) {
        assert isOwned();
        stream.terminate(backend, keys.of(lock), allowed -> leadership.terminated(backend, lock, allowed, System.nanoTime()));
    }

    // ---- channels

    void listen() {
        assert isOwned();
        asksToListen = true;
        for (Address address : List.of(data, control)) {
            stream.listen(address, subscriber, () -> {
                listening.add(address);
                if (isListening()) {
                    mark();
                    List.copyOf(deferred).forEach(this::send);
                    deferred.clear();
                }
            });
        }
    }

    void unlisten() {
        assert isOwned();
        stream.unlisten(data, subscriber);
        stream.unlisten(control, subscriber);
    }

    private boolean isListening() {
        return listening.size() == CHANNELS;
    }

    /** Whether the member has requested to listen and does not listen yet. */
    boolean isDeaf() {
        assert isOwned();
        return asksToListen && !isListening();
    }

    private void mark() {
        stream.notify(control.channel(), mark, committed -> isMarkRefused = !committed);
    }

    private void markIfRefused() {
        if (isMarkRefused) {
            isMarkRefused = false;
            mark();
        }
    }

    /** Whether the notification belongs to the member's stream. */
    boolean takes(Notification notification) {
        assert isOwned();
        if (!begun && isControl(notification) && notification.payload().equals(mark)) {
            begun = true;
        }
        return begun;
    }

    boolean isControl(Notification notification) {
        return notification.channel().equals(control.channel());
    }

    /** A sign of life that tells who stands by. */
    Subscriber.Sign sign(ControlMessage message) {
        assert isOwned();
        return new Subscriber.Sign(control.channel(), control.payload(message.encode()), keys.of(Lock.LEADER),
                keys.of(Lock.STANDBY),
                standby -> leadership.signSent(standby, System.nanoTime()));
    }

    void send(ControlMessage message) {
        assert isOwned();
        if (isDeaf()) {
            deferred.add(message);
            return;
        }
        markIfRefused();
        stream.notify(control.channel(), control.payload(message.encode()),
                committed -> leadership.sent(message, committed, System.nanoTime()));
    }
}
