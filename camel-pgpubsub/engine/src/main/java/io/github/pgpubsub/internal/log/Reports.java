package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.kept.KeptListener.Incident;
import java.time.Duration;

/** What the reading thread has to tell a subscription's listener, which may block: goes to the callback executor. Thread-safe. */
final class Reports {

    private final KeptListener listener;
    private final SerialExecutor callbacks;

    Reports(KeptListener listener, SerialExecutor callbacks) {
        this.listener = listener;
        this.callbacks = callbacks;
    }

    void incident(Incident incident, String detail) {
        callbacks.execute(() -> listener.incident(incident, detail));
    }

    void connectionFailed(Exception failure) {
        callbacks.execute(() -> listener.failed(failure));
    }

    /** With a place of its own: it reads, on a new connection. */
    void listening() {
        callbacks.execute(listener::listening);
    }

    /** With a place of its own. */
    void disconnected() {
        callbacks.execute(listener::disconnected);
    }

    /** @param lost time without a connection */
    void reconnected(Duration lost) {
        callbacks.execute(() -> listener.reconnected(lost));
    }
}
