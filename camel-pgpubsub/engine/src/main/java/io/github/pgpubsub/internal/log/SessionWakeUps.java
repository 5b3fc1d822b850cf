package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.log.schema.LogQueries;
import io.github.pgpubsub.internal.session.Address;
import io.github.pgpubsub.internal.session.Notification;
import io.github.pgpubsub.internal.session.PromptSubscriber;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears wake-ups on the session that holds the leaders' locks, so they take no connection and no thread of their own. While another
 * subscriber's queue is full, the session does not read, and wake-ups wait with everything else: the reader's poll finds what was written.
 */
public final class SessionWakeUps implements WakeUps {

    private static final Logger LOG = LoggerFactory.getLogger(SessionWakeUps.class);

    private final Subscriptions subscriptions;
    private volatile boolean listening;
    private @Nullable Listener listener;
    /** Null: not started, or closed. */
    private Subscriptions.@Nullable Attachment attachment;
    private boolean closed;

    public SessionWakeUps(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    @Override
    public synchronized void start(UUID reader, Consumer<String> woken) {
        listener = new Listener(List.of(LogQueries.WAKE_PREFIX + reader, LogQueries.WAKE_ALL), woken);
        resume();
    }

    @Override
    public synchronized void resume() {
        if (listener == null || closed || (attachment != null && !attachment.isEnded())) {
            return;
        }
        if (attachment != null) {
            attachment.close();
        }
        attachment = subscriptions.attach(listener);
    }

    @Override
    public boolean isListening() {
        return listening;
    }

    @Override
    public void close() {
        Subscriptions.Attachment left;
        Listener leaving;
        synchronized (this) {
            closed = true;
            left = attachment;
            leaving = listener;
            attachment = null;
        }
        if (left != null && leaving != null) {
            left.execute(leaving::leave);
            left.close();
        }
    }

    /** Belongs to the session's thread. */
    private final class Listener implements PromptSubscriber {

        private final List<String> channels;
        private final Consumer<String> woken;
        /** Null: not connected. */
        private @Nullable SessionStream stream;

        Listener(List<String> channels, Consumer<String> woken) {
            this.channels = channels;
            this.woken = woken;
        }

        @Override
        public String name() {
            return "Wake-ups of kept messages";
        }

        @Override
        public void connected(SessionStream connected) {
            stream = connected;
            Set<String> missing = new HashSet<>(channels);
            for (String channel : channels) {
                connected.listen(Address.of(channel), this, () -> {
                    if (missing.remove(channel) && missing.isEmpty() && stream == connected) {
                        listening = true;
                        // What was written before woke nobody.
                        woken.accept("");
                    }
                });
            }
        }

        @Override
        public void disconnected() {
            stream = null;
            listening = false;
        }

        void leave() {
            listening = false;
            SessionStream left = stream;
            stream = null;
            if (left != null) {
                channels.forEach(channel -> left.unlisten(Address.of(channel), this));
            }
        }

        @Override
        public void received(Notification notification) {
            woken.accept(notification.payload());
        }

        @Override
        public void refused(SQLException refusal) {
            LOG.warn("Writers can't wake this process, which polls meanwhile: {}", ConnectionFailure.firstLine(refusal));
        }

        @Override
        public void tick() {}

        /** The log tells of the session's connection, and the election's listener hears of it. */
        @Override
        public void failed(Exception failure) {}

        @Override
        public void gaveUp(Exception failure) {
            listening = false;
        }
    }
}
