package io.github.pgpubsub.kept;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PublishCallback;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Payloads of plain channels that are too long for a notification: they are kept in the log, and a reference is sent in their place. Both
 * sides use this object, with the same log. Obtained from {@link KeptMessages#storedPayloads}. Thread-safe.
 *
 * <p>All other payloads are sent and received as they are. A reference can be made only by the log, for one channel. A payload that looks like
 * a reference is stored when it is sent from here, and otherwise received as it is. The rows go with the log's retention, whether or not they
 * have been fetched.
 *
 * <pre>{@code
 * StoredPayloads payloads = pubSub.kept().storedPayloads();
 * pubSub.subscribe("documents", payloads.fetching(message -> System.out.println(message)));
 * payloads.publish("documents", aMegabyteOfText).join();
 * }</pre>
 */
public interface StoredPayloads {

    /**
     * Sends a notification. As {@link #publish(String, String, Duration, PublishCallback)} with a timeout of 10 s.
     *
     * @return as of {@link io.github.pgpubsub.PgPubSub#publish(String, String)}
     */
    CompletableFuture<Void> publish(String channel, @Nullable String payload);

    /**
     * Sends a notification, in order with all others of the same {@link io.github.pgpubsub.PgPubSub}. A payload that is too long is stored in
     * the transaction that sends the reference to it. Otherwise as
     * {@link io.github.pgpubsub.PgPubSub#publish(String, String, Duration, PublishCallback)}.
     *
     * @param payload at most {@link NewMessage#MAX_PAYLOAD} bytes of UTF-8; null is sent as the empty payload
     */
    void publish(String channel, @Nullable String payload, Duration timeout, PublishCallback callback);

    /**
     * Sends a notification in the transaction of this connection. Each stored payload is delivered, also if another one in the transaction is
     * identical.
     *
     * @throws IllegalArgumentException when channel or payload can't be sent
     * @throws IllegalStateException    when the connection is in no transaction; then nothing is sent
     */
    void send(Connection connection, String channel, @Nullable String payload) throws SQLException;

    /**
     * Makes or checks the log for sending. Blocks.
     *
     * @throws SQLException             when the server is unreachable or refuses
     * @throws IllegalArgumentException when the log can't be used as it is; the text says what is missing
     */
    void prepareSending() throws SQLException;

    /** As {@link #prepareSending}, for {@link #payload}. */
    void prepareFetching() throws SQLException;

    /**
     * The whole payload of a notification. If it refers to a stored payload, this method asks the server on a connection of its own, and blocks.
     * While there is no connection to the primary server, or the server has too many sessions or too little memory, it tries again.
     *
     * @throws StoredPayloadMissingException when the payload is not in the log any more
     * @throws SQLException                  when the server refuses and another attempt would fail, too
     * @throws InterruptedException          when the thread is interrupted while it waits for a connection
     */
    String payload(Message.Notification notification) throws SQLException, InterruptedException;

    /** A handler for a subscription that gets whole payloads; what {@link #payload} throws goes to the subscription's listener. */
    default MessageHandler fetching(MessageHandler handler) {
        return message -> handler.handle(message instanceof Message.Notification notification
                ? new Message.Notification(notification.channel(), payload(notification), notification.backend(),
                        notification.id(),
                        notification.redelivered())
                : message);
    }

    /** Whether a notification looks like a reference to a stored payload. Only the log can tell whether it is one. */
    static boolean looksLikeReference(String payload) {
        return payload.startsWith(ChannelName.STORED + "/");
    }
}
