package io.github.pgpubsub.internal.election;

import org.jspecify.annotations.Nullable;

/**
 * Watches another member. After a silence the member is sent a challenge. It counts as dead only if the challenge itself has arrived
 * in the stream, which shows that the server works, and no answer has followed.
 */
final class Challenge {

    private int backend;
    private long heard;
    private @Nullable String token;
    private boolean cameBy;
    private long since;

    /** Watches this backend from now on, unless it is watched already. */
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
