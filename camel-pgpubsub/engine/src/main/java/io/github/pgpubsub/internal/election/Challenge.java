package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.Nullable;

/**
 * Another member under watch: silent for too long it is asked for a sign of life, and only if the question itself came by,
 * which shows that the server works, and no answer followed, it counts as dead.
 */
final class Challenge {

    private int backend;
    private long heard;
    private @Nullable String token;
    private boolean cameBy;
    private long since;

    /** Watches this backend from now on, unless it does already. */
    void watch(int newBackend, long now) {
        if (backend != newBackend) {
            backend = newBackend;
            heard(now);
        }
    }

    int backend() {
        return backend;
    }

    void heard(long now) {
        heard = now;
        token = null;
        cameBy = false;
    }

    boolean isDue(long now, long limit) {
        return backend != 0 && token == null && now - heard > limit;
    }

    void asked(String newToken) {
        token = newToken;
        cameBy = false;
    }

    void cameBy(String seen, long now) {
        if (seen.equals(token)) {
            cameBy = true;
            since = now;
        }
    }

    boolean isUnanswered(long now, long patience) {
        return token != null && cameBy && now - since > patience;
    }
}
