package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.Survival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscribers of a session, connected or not, and the time of their next tick. Belongs to the session's thread, or while that
 * thread is away to a running command.
 */
final class Subscribers {

    private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);

    /** Ticks in the time between two for a subscriber that is not busy. */
    private static final int QUIET_TICKS = 5;

    private final CommandQueue commands;
    private final long tickNanos;
    private final List<Subscriber> all = new ArrayList<>();
    private long nextTick = System.nanoTime();
    private final Calls ticks = new Calls();
    private final Calls insteadOfTicks = new Calls();

    Subscribers(CommandQueue commands, Duration tick) {
        this.commands = commands;
        this.tickNanos = tick.toNanos();
    }

    /** Idempotent, because a command may run twice, see {@link CommandQueue#execute}. */
    void add(Subscriber subscriber) {
        assert commands.isMine();
        if (!all.contains(subscriber)) {
            all.add(subscriber);
        }
    }

    void remove(Subscriber subscriber) {
        assert commands.isMine();
        all.remove(subscriber);
    }

    /** The current subscribers; later changes do not affect the list. */
    List<Subscriber> copy() {
        assert commands.isMine();
        return List.copyOf(all);
    }

    /** Stops at the first exception and throws it. Subscribers may leave meanwhile. */
    void forEach(Consumer<Subscriber> news) {
        copy().forEach(news);
    }

    /** Calls every subscriber, whatever the others throw. */
    void tell(Consumer<Subscriber> news) {
        for (Subscriber each : copy()) {
            try {
                news.accept(each);
            } catch (Throwable e) {
                Survival.complain("{} could not be told the state of the connection", each.name(), e, LOG);
            }
        }
    }

    /** Tells every subscriber since when messages may be missing. Makes no copy, because memory may be lacking. */
    void tellMissed(long since) {
        assert commands.isMine();
        for (int i = 0; i < all.size(); i++) {
            try {
                all.get(i).missed(since);
            } catch (Throwable e) {
                Survival.complain("A subscriber could not be told what it has missed", e, LOG);
            }
        }
    }

    /** Tells every subscriber that the connection has ended. Makes no copy, because memory may be lacking. */
    void tellDisconnected() {
        assert commands.isMine();
        for (int i = 0; i < all.size(); i++) {
            tellDisconnected(all.get(i));
        }
    }

    /** A subscriber that was not told would believe that it is connected; so the call is repeated if it runs out of memory. */
    private void tellDisconnected(Subscriber subscriber) {
        while (true) {
            try {
                subscriber.disconnected();
                return;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(tickNanos);
            } catch (Throwable e) {
                Survival.complain("{} could not be told that the connection has ended", subscriber.name(), e, LOG);
                return;
            }
        }
    }

    /** Calls {@link Subscriber#tick} if it is due. */
    void tick() {
        long now = System.nanoTime();
        if (isTickDue(now)) {
            ticks.call(Subscriber::tick, now);
        }
    }

    /** Calls the subscribers that do not tick now. */
    void callInsteadOfTicks(Consumer<Subscriber> news, long now) {
        insteadOfTicks.call(news, now);
    }

    /** Calls that busy subscribers get each time, and the others now and then. */
    private final class Calls {

        private long nextOfAll = System.nanoTime();

        /** Stops at the first exception and throws it. */
        void call(Consumer<Subscriber> news, long now) {
            boolean all = now - nextOfAll >= 0;
            if (all) {
                nextOfAll = now + QUIET_TICKS * tickNanos;
            }
            for (Subscriber each : copy()) {
                if (all || each.isBusy()) {
                    news.accept(each);
                }
            }
        }
    }

    /** Whether a tick is due; if so, schedules the next one. */
    boolean isTickDue(long now) {
        if (now - nextTick < 0) {
            return false;
        }
        nextTick = now + tickNanos;
        return true;
    }
}
