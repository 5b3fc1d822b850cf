package io.github.pgpubsub.internal;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;

/**
 * What threads do that must survive any failure, lack of memory included. A loop that goes on until there is memory is written out where it
 * is needed: a lambda for it would need memory, too.
 */
public final class Survival {

    /** Written out, so that this class needs no initialization. */
    private static final long PAUSE_NANOS = 50_000_000;

    private Survival() {}

    /**
     * Fails twice, as the server and as the driver, so that the classes for a failure are loaded and initialized. While memory is lacking, a
     * thread that has to load a class in order to survive does not survive; and a class of the JDK or the driver that can't be initialized
     * is unusable for the life of the JVM (Java Language Specification, 12.4.2).
     */
    public static void rehearse() {
        try {
            ConnectionFailure.isLoss(new PSQLException(new ServerErrorMessage("")));
            ConnectionFailure.firstLine(new PSQLException(GT.tr("{0}", ""), PSQLState.UNKNOWN_STATE));
        } catch (Throwable e) {
            // Only a preparation: another version of the driver may lack something, or there is no memory already.
        }
    }

    /** Logs an error. */
    public static void complain(String text, Throwable failure, Logger log) {
        try {
            log.error(text, failure);
        } catch (Throwable e) {
            // Logging failed, and there is nowhere else to report it.
        }
    }

    /**
     * Logs an error.
     *
     * @param about what the text's placeholder stands for
     */
    public static void complain(String text, Object about, Throwable failure, Logger log) {
        try {
            log.error(text, about, failure);
        } catch (Throwable e) {
            // Logging failed, and there is nowhere else to report it.
        }
    }

    /** Pauses after an unexpected failure, so that repeated failures do not make a busy loop. */
    public static void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Takes a lock after a pause. Until Java 21 a thread needs memory to wait for a lock. */
    public static void lock(Lock lock) {
        while (true) {
            try {
                pause();
                lock.lock();
                return;
            } catch (OutOfMemoryError e) {
                // Trying again.
            }
        }
    }
}
