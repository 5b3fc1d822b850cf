package io.github.pgpubsub.connect;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A socket whose reads with a timeout of 1 ms do not wait; see {@link EagerSocketFactory}. Reads belong to one thread. */
final class EagerSocket extends Socket {

    /** Bytes that are handed out before a peek is answered with nothing. */
    static final int LONGEST_RUN = 256 * 1024;

    /** More than a notification can have: a payload of 7999 bytes, a channel of 63, and what frames them. */
    private static final int LONGEST_MESSAGE = 16 * 1024;

    private static final int PEEK_MILLIS = 1;

    /** Thrown for each idle notification, so without the cost of a stack trace, which would tell nothing. */
    private static final SocketTimeoutException NOTHING = new SocketTimeoutException("Nothing has arrived") {
        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    };

    private volatile int timeout;
    private InputStream input;

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        timeout = millis;
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
        private final byte[] ahead = new byte[LONGEST_MESSAGE];
        private int from;
        private int to;
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
            int count = ending || from < to ? readAhead(buffer, offset, length, ending) : in.read(buffer, offset, length);
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
                int count = in.read(ahead, 0, ahead.length);
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

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int available() throws IOException {
            return run < LONGEST_RUN ? to - from + in.available() : 0;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
