package io.github.pgpubsub.internal.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscribers of a session, connected or not, and the time of their next tick. Belongs to the session's thread, or while that is
 * away to a running command.
 */
final class Subscribers {

    private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);

    private final CommandQueue commands;
    private final long tickNanos;
    private final List<Subscriber> all = new ArrayList<>();
    private long nextTick = System.nanoTime();

    Subscribers(CommandQueue commands, Duration tick) {
        this.commands = commands;
        this.tickNanos = tick.toNanos();
    }

    /** The command that adds it may run twice, see {@link CommandQueue#execute}. */
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

    /** Those of this moment. */
    List<Subscriber> copy() {
        assert commands.isMine();
        return List.copyOf(all);
    }

    /** What one throws is thrown, and the others don't hear of it. One may leave meanwhile. */
    void forEach(Consumer<Subscriber> news) {
        copy().forEach(news);
    }

    /** Each is told, whatever the others throw. */
    void tell(Consumer<Subscriber> news) {
        for (Subscriber each : copy()) {
            try {
                news.accept(each);
            } catch (Throwable e) {
                complain(each.name() + " could not be told how the connection stands", e);
            }
        }
    }

    /** Each is told that the connection has ended. Makes no copy: memory may lack. */
    void tellOfTheEnd() {
        assert commands.isMine();
        for (int i = 0; i < all.size(); i++) {
            tellOfTheEnd(all.get(i));
        }
    }

    /** Who has not heard of it goes on in the belief that it is connected. Who lacks memory for that is told again. */
    private void tellOfTheEnd(Subscriber subscriber) {
        while (true) {
            try {
                subscriber.disconnected();
                return;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(tickNanos);
            } catch (Throwable e) {
                complain(subscriber.name() + " could not be told that the connection has ended", e);
                return;
            }
        }
    }

    /** Asks them what they want, if it is time. */
    void tick() {
        if (isTickDue(System.nanoTime())) {
            forEach(Subscriber::tick);
        }
    }

    /** Whether it is time; then the next time is a tick later. */
    boolean isTickDue(long now) {
        if (now - nextTick < 0) {
            return false;
        }
        nextTick = now + tickNanos;
        return true;
    }

    static void complain(String what, Throwable failure) {
        try {
            LOG.error(what, failure);
        } catch (Throwable e) {
            // There is nobody left to tell.
        }
    }
}
