package io.github.pgpubsub.internal;

import org.slf4j.Logger;

/** Errors logged by a thread that must go on, even if logging fails for lack of memory. */
public final class Complaints {

    private Complaints() {}

    public static void complain(String text, Throwable failure, Logger log) {
        try {
            log.error(text, failure);
        } catch (Throwable e) {
            // Logging failed, and there is nowhere else to report it.
        }
    }

    /** @param about what the text's placeholder stands for */
    public static void complain(String text, Object about, Throwable failure, Logger log) {
        try {
            log.error(text, about, failure);
        } catch (Throwable e) {
            // Logging failed, and there is nowhere else to report it.
        }
    }
}
