package io.github.pgpubsub.internal.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose reads with a timeout of 1 ms do not wait, and that can take in ahead what nobody reads yet; see
 * {@link EagerSocketFactory}. Reads belong to one thread.
 */
public final class EagerSocket extends Socket {

    /**
     * What the kernel takes in when nobody reads. So much because a sender's clock for a closed window stops only when all of its
     * next segment fits, which has up to 64 KiB (Linux, tcp_ack_probe); and no more because what is taken ahead is as much.
     */
    private static final int RECEIVE_BUFFER = 64 * 1024;

    /** Bytes that are handed out before a peek is answered with nothing. */
    public static final int LONGEST_RUN = 256 * 1024;

    /** More than a notification can have: a payload of 7999 bytes, a channel of 63, and what frames them. */
    private static final int LONGEST_MESSAGE = 16 * 1024;

    private static final int PEEK_MILLIS = 1;

    /** Thrown for each idle notification, so without the cost of a stack trace, which would tell nothing. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    private static final SocketTimeoutException NOTHING = new SocketTimeoutException("Nothing has arrived") {
        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    };

    /** Has the socket that the thread uses, while somebody wants to know. */
    private static final ThreadLocal<EagerSocket[]> USED = new ThreadLocal<>();

    private volatile int timeout;
    private @Nullable Input input;

    public EagerSocket() throws SocketException {
        // Before it connects: the window's scale is agreed on then.
        setReceiveBufferSize(RECEIVE_BUFFER);
    }

    /** Does something that sets a socket's timeout, on this thread. */
    @FunctionalInterface
    public interface Use {
        void run() throws SQLException;
    }

    /** The socket below a connection, which neither the driver nor a pool nor TLS shows; null: it is another kind. */
    public static @Nullable EagerSocket below(Use use) throws SQLException {
        EagerSocket[] used = new EagerSocket[1];
        USED.set(used);
        try {
            use.run();
            return used[0];
        } finally {
            USED.remove();
        }
    }

    /**
     * Takes in what the kernel holds, if it has never been empty for so long: the peer, which can't send, else counts the time in
     * which it can't. Called by the thread that reads.
     *
     * @return bytes that were taken in and not read yet
     */
    public long readAhead(long afterNanos) throws IOException {
        return input == null ? 0 : input.readAhead(afterNanos);
    }

    /** Not synchronized: what is written here is volatile, or the thread's own. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public void setSoTimeout(int millis) throws SocketException {
        timeout = millis;
        EagerSocket[] used = USED.get();
        if (used != null) {
            used[0] = this;
        }
        super.setSoTimeout(millis);
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (input == null) {
            input = new Input(super.getInputStream());
        }
        return input;
    }

    private final class Input extends InputStream {

        private final InputStream in;
        /** What was read and is not handed out yet, from a place to another. */
        private byte[] ahead = new byte[LONGEST_MESSAGE];
        private int from;
        private int to;
        /** What comes after that and was taken in early. */
        private final Deque<byte[]> early = new ArrayDeque<>();
        private long earlyBytes;
        /** When the kernel held nothing. */
        private long emptyAt = System.nanoTime();
        /** Bytes since the driver last waited for a message. (Within one it reads without a timeout.) */
        private int run;

        Input(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (timeout > PEEK_MILLIS || run > LONGEST_RUN + LONGEST_MESSAGE) {
                run = 0;
            } else if (timeout == PEEK_MILLIS && available() == 0) {
                throw NOTHING;
            }
            boolean ending = run >= LONGEST_RUN;
            int count = ending || from < to || !early.isEmpty() ? readAhead(buffer, offset, length, ending)
                    : in.read(buffer, offset, length);
            int sum = run + Math.max(0, count);
            run = ending ? sum : Math.min(LONGEST_RUN, sum);
            return count;
        }

        /**
         * At the end of a run, up to the next zero byte, because a notification ends with one: so the driver, which has a buffer
         * of its own, holds nothing of the next message when it peeks. If it has not peeked after the longest message it can't be
         * seen from here where messages end (TLS is between), and a new run begins.
         */
        private int readAhead(byte[] buffer, int offset, int length, boolean untilZero) throws IOException {
            if (from == to) {
                int count = fillAhead();
                if (count < 0) {
                    return count;
                }
                from = 0;
                to = count;
            }
            int end = untilZero ? from : to;
            while (end < to && ahead[end++] != 0) {
                // Looks for its end.
            }
            int count = Math.min(length, end - from);
            System.arraycopy(ahead, from, buffer, offset, count);
            from += count;
            return count;
        }

        private int fillAhead() throws IOException {
            byte[] next = early.poll();
            if (next == null) {
                ahead = ahead.length == LONGEST_MESSAGE ? ahead : new byte[LONGEST_MESSAGE];
                return in.read(ahead, 0, ahead.length);
            }
            ahead = next;
            earlyBytes -= next.length;
            return next.length;
        }

        long readAhead(long afterNanos) throws IOException {
            long now = System.nanoTime();
            int arrived = in.available();
            if (arrived == 0) {
                emptyAt = now;
            } else if (now - emptyAt >= afterNanos) {
                // All that there is: the window must open at once and not bit by bit.
                byte[] taken = new byte[arrived];
                int count = in.readNBytes(taken, 0, arrived);
                early.add(count == arrived ? taken : Arrays.copyOf(taken, count));
                earlyBytes += count;
                emptyAt = now;
            }
            return earlyBytes + to - from;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int available() throws IOException {
            return run < LONGEST_RUN ? (int) (to - from + earlyBytes + in.available()) : 0;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
