package io.github.pgpubsub.connect;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** A socket whose reads with a timeout of 1 ms do not wait; see {@link EagerSocketFactory}. Reads belong to one thread. */
final class EagerSocket extends Socket {

    /** Bytes that are handed out before a peek is answered with nothing. */
    static final int LONGEST_RUN = 256 * 1024;

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

    private final class Input extends FilterInputStream {

        /** Bytes since the driver last waited for a message. (Within one it reads without a timeout.) */
        private int run;

        Input(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (timeout > PEEK_MILLIS) {
                run = 0;
            } else if (timeout == PEEK_MILLIS && available() == 0) {
                throw NOTHING;
            }
            int count = super.read(buffer, offset, length);
            run += Math.max(0, count);
            return count;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int available() throws IOException {
            return run < LONGEST_RUN ? super.available() : 0;
        }
    }
}
