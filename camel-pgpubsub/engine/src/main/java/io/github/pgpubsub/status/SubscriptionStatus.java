package io.github.pgpubsub.status;

import org.jspecify.annotations.Nullable;

/**
 * The state of a subscription, for operators.
 *
 * @param session   the state of its listening connection
 * @param receiving whether it currently receives messages
 * @param group     its state in its group; null with {@code singleListener=false}
 * @param queued    messages waiting for the handler
 * @param queueSize maximum of {@code queued}
 * @param counts    counts since the start
 * @param trouble   the reason why a connected subscription can't receive: the server refuses a request, or no thread is left for
 *                  its messages; it tries again. Null: none
 */
public record SubscriptionStatus(
        SessionStatus session, boolean receiving, @Nullable GroupStatus group, int queued, int queueSize,
        SubscriptionCounts counts,
        @Nullable String trouble) {

    public boolean connected() {
        return session.connected();
    }
}
