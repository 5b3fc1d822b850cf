package io.github.pgpubsub.connect;

import io.github.pgpubsub.ChannelName;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * By this object, listeners recognise the messages that their own process has sent. Thread-safe.
 *
 * <p>A publisher with its own backend is recognised by the backend's process id. The backend is registered before its first use
 * and retired when the connection has ended. A retired backend is kept for a minute, because its messages may still be on their
 * way to a listener, and then forgotten, because the operating system reuses process ids. Within this minute a foreign backend
 * with the same id counts as own: a notification carries no other information about its sender.
 *
 * <p>A publisher that shares its backend (behind a pooler, or in an application's own transaction) is recognised by a pair of
 * marks around its messages, in the same transaction. A listener gets a transaction's notifications contiguously and in the order
 * of sending (PostgreSQL documentation, NOTIFY), so all messages between the marks are the publisher's. The channel of the marks
 * can't be guessed, so nobody else can send a mark.
 */
public final class OwnMessages {

    private static final String END = "end";
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final long IN_USE = Long.MAX_VALUE;
    private static final int SECRET_BYTES = 16;

    private record Backend(String server, int pid) {}

    private final Map<Backend, Long> retireAt = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;
    private final String channel;
    private final AtomicLong marks = new AtomicLong();
    private final UUID context = UUID.randomUUID();

    public OwnMessages() {
        this(System::nanoTime);
    }

    OwnMessages(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        this.channel = ChannelName.OWN_MARKS_PREFIX + HexFormat.of().formatHex(secret);
    }

    // ---- kept messages

    /** Stands with each kept message that this process sends, so it recognises them. */
    public UUID context() {
        return context;
    }

    // ---- by backend

    /** Registers a backend that only this process uses, to publish. */
    public void register(String server, int pid) {
        long now = nanoTime.getAsLong();
        retireAt.values().removeIf(end -> end != IN_USE && end - now < 0);
        retireAt.put(new Backend(server, pid), IN_USE);
    }

    /** Retires a backend whose connection has ended. */
    public void retire(String server, int pid) {
        retireAt.replace(new Backend(server, pid), nanoTime.getAsLong() + KEPT.toNanos());
    }

    /** Whether the backend belongs, or until a minute ago belonged, to this process. */
    public boolean contains(String server, int pid) {
        Long end = retireAt.get(new Backend(server, pid));
        return end != null && (end == IN_USE || end - nanoTime.getAsLong() > 0);
    }

    // ---- by marks

    /** The channel of the marks. */
    public String channel() {
        return channel;
    }

    /** A new mark to send before own messages. Marks are unique, because a transaction sends equal notifications only once. */
    public String beginMark() {
        return Long.toString(marks.incrementAndGet());
    }

    /** The mark to send after the own messages that began with this mark. */
    public static String endMark(String beginMark) {
        return END + beginMark;
    }

    /** Whether the messages after this mark are own messages. */
    public static boolean isBegin(String mark) {
        return !mark.startsWith(END);
    }
}
