package io.github.pgpubsub.internal.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose reads with a timeout of 1 ms do not wait, and that can read ahead into memory while nobody reads; see
 * {@link EagerSocketFactory}. Reads belong to one thread.
 *
 * <p>
 * At first the kernel decides about the size of its receive buffer. After large packets Linux (seen with 6.18, on loopback) offers a
 * window that small packets can't fill, because each of their bytes takes more memory. A buffer of a given size then drops packets until
 * it is read, and the peer repeats them after longer and longer pauses (doubled each time, up to two minutes), or gives up at its
 * {@code tcp_user_timeout}. A buffer without a given size grows instead (tcp_clamp_window), up to tcp_rmem[2]. Only a socket that is
 * read ahead often gets a size, {@link #limitReceiveBuffer}.
 */
public final class EagerSocket extends Socket {

    /** Bytes that are returned in a row before a peek gets the answer that nothing has arrived. */
    public static final int LONGEST_RUN = 256 * 1024;

    /** Upper bound of a notification's size: a payload of 7999 bytes, a channel of 63, and the framing. */
    private static final int LONGEST_MESSAGE = 16 * 1024;

    /**
     * Size of the kernel's receive buffer if it is limited; Linux doubles it. Not smaller: the sender's count of the time for which a window
     * has been closed begins anew only when its whole next packet fits into the window, up to 64 KiB (Linux, tcp_ack_probe). With 64 KiB
     * one in ten stalled connections was ended although all had been read in time, with 96 KiB none of a thousand. Not larger: each
     * read-ahead takes as much memory.
     */
    private static final int RECEIVE_BUFFER = 96 * 1024;

    /** Size of the pieces in which bytes are read ahead, so that memory is free again when a piece is consumed. */
    private static final int CHUNK = 64 * 1024;

    private static final int PEEK_MILLIS = 1;

    /** Thrown for each idle notification, so it has no stack trace, which would cost time and say nothing. */
    @SuppressWarnings("StaticAssignmentOfThrowable")
    private static final SocketTimeoutException NOTHING = new SocketTimeoutException("Nothing has arrived") {
        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    };

    /** While {@link #below} runs: receives the socket that this thread uses. */
    private static final ThreadLocal<EagerSocket[]> USED = new ThreadLocal<>();

    private volatile int timeout;
    private boolean sizeIsGiven;
    private @Nullable Input input;

    /** An action on this thread that sets a socket's timeout. */
    @FunctionalInterface
    public interface Use {
        void run() throws SQLException;
    }

    /**
     * The EagerSocket below a connection, which the driver, a pool and TLS hide; null: the socket is of another class.
     *
     * @param use an action that sets the connection's network timeout
     */
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

    /** Called by the driver if the user sets a size. */
    @Override
    public synchronized void setReceiveBufferSize(int size) throws SocketException {
        sizeIsGiven = true;
        super.setReceiveBufferSize(size);
    }

    /**
     * Whether the server is on this host, which can't vanish for itself. For an address of its own, Linux takes the same one on both sides;
     * where this address leads elsewhere, as that of a node of a cluster of containers may, the server has another one.
     *
     * @param serverAddress the address that the server names; null: none
     */
    public boolean isWithinHost(@Nullable String serverAddress) {
        InetAddress peer = getInetAddress();
        return peer != null && (peer.isLoopbackAddress()
                || (peer.equals(getLocalAddress()) && peer.getHostAddress().equals(serverAddress)));
    }

    /**
     * Limits the bytes that each read-ahead takes, unless the user has set a size. From then on read ahead often: the peer may be silent
     * for as long as nobody has read before.
     */
    public synchronized void limitReceiveBuffer() throws SocketException {
        if (!sizeIsGiven) {
            super.setReceiveBufferSize(RECEIVE_BUFFER);
        }
    }

    /**
     * Reads the bytes from the kernel's buffer into memory, if the buffer was not seen empty within {@code afterNanos}: otherwise the
     * peer's timer for a window that stays closed would run on. Called by the reading thread.
     *
     * @param most maximum bytes to keep in memory
     * @return bytes in memory that are not consumed yet; one more than {@code most} if there are more than that
     */
    public long readAhead(long afterNanos, long most) throws IOException {
        return input == null ? 0 : input.readAhead(afterNanos, most);
    }

    /** Not synchronized: it writes only a volatile field and the thread's own array. */
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
        /** Bytes that were read from the kernel and not returned yet: from index {@code from} to {@code to}. */
        private byte[] ahead = new byte[LONGEST_MESSAGE];
        private int from;
        private int to;
        /** The bytes after these, from {@link #readAhead(long, long)}. */
        private final Deque<byte[]> early = new ArrayDeque<>();
        private long earlyBytes;
        /** When the kernel's buffer was last seen empty. */
        private long emptyAt = System.nanoTime();
        /** Bytes returned since the driver last waited for a message. (Within a message it reads without a timeout.) */
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
         * At the end of a run, returns bytes up to the next zero byte only, because a notification ends with one: so the driver, which
         * has its own buffer, holds no part of the next message when it peeks. If the driver has not peeked after the longest
         * possible message, message boundaries are not visible here (because of TLS), and a new run begins.
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
                // Search for the zero byte.
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

        long readAhead(long afterNanos, long most) throws IOException {
            long now = System.nanoTime();
            int waiting = in.available();
            // One byte too many says that there are more.
            int arrived = (int) Math.min(waiting, Math.max(0, most - earlyBytes - (to - from)) + 1);
            if (arrived == 0) {
                emptyAt = now;
            } else if (now - emptyAt >= afterNanos) {
                // All bytes at once: the window must open fully and not bit by bit.
                for (int left = arrived; left > 0; left -= CHUNK) {
                    byte[] taken = in.readNBytes(Math.min(left, CHUNK));
                    early.add(taken);
                    earlyBytes += taken.length;
                }
                // Otherwise the rest is due as soon as there is memory for it.
                emptyAt = arrived == waiting ? now : emptyAt;
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
