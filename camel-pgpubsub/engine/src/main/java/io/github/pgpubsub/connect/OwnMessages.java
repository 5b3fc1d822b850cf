package io.github.pgpubsub.connect;

import io.github.pgpubsub.ChannelName;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How listeners of this process recognise what the process itself sent. Thread-safe.
 *
 * <p>Where a publisher has a backend to itself, by that backend: it is registered before it is first used and retired when
 * the connection is gone. A retired one is kept for a while, because what it sent may still be on its way to a listener; then
 * it is forgotten, because the operating system gives process ids out again. Within that while a foreign backend with the same
 * id is taken for our own: a notification tells nothing else about who sent it.
 *
 * <p>Where a backend is not the publisher's alone (behind a pooler, or in an application's own transaction), by a pair of
 * marks around the messages, in the same transaction: a listener gets a transaction's notifications in one piece and in the
 * order in which they were sent (PostgreSQL documentation, NOTIFY), so what comes between the marks is the publisher's. The
 * channel of the marks can't be guessed, so nobody else can send one.
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

    public OwnMessages() {
        this(System::nanoTime);
    }

    OwnMessages(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        this.channel = ChannelName.OWN_MARKS_PREFIX + HexFormat.of().formatHex(secret);
    }

    // ---- by backend

    /** That backend of that server is used by this process alone, to publish. */
    public void register(String server, int pid) {
        long now = nanoTime.getAsLong();
        retireAt.values().removeIf(end -> end != IN_USE && end - now < 0);
        retireAt.put(new Backend(server, pid), IN_USE);
    }

    /** Its connection is gone. */
    public void retire(String server, int pid) {
        retireAt.replace(new Backend(server, pid), nanoTime.getAsLong() + KEPT.toNanos());
    }

    /** Whether that backend of that server is, or was a moment ago, one of ours. */
    public boolean contains(String server, int pid) {
        Long end = retireAt.get(new Backend(server, pid));
        return end != null && (end == IN_USE || end - nanoTime.getAsLong() > 0);
    }

    // ---- by marks

    /** Where marks are sent. */
    public String channel() {
        return channel;
    }

    /** What is sent before own messages. No two are equal, because a transaction sends equal notifications only once. */
    public String beginMark() {
        return Long.toString(marks.incrementAndGet());
    }

    /** What is sent after the own messages that began with that mark. */
    public static String endMark(String beginMark) {
        return END + beginMark;
    }

    /** Whether what follows this mark is own. */
    public static boolean isBegin(String mark) {
        return !mark.startsWith(END);
    }
}
