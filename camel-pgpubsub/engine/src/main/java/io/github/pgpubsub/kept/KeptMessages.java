package io.github.pgpubsub.kept;

import io.github.pgpubsub.status.PublisherStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The log of kept messages in one database: sends, subscribes, and answers operators. Thread-safe. */
public interface KeptMessages {

    /**
     * Sends a message. As {@link #publish(NewMessage, Duration, Callback)} with a timeout of 10 s.
     *
     * @return completes with the message's id when it is committed; exceptionally when it is not in the log. Cancelling the future does
     *         not cancel the message
     */
    CompletableFuture<String> publish(NewMessage message);

    /**
     * Sends a message. Does not wait for the server. Blocks only while too many messages wait to be sent, and no longer than the
     * timeout. A send whose connection breaks is looked up in the log, and sent again if it is not there.
     *
     * @param timeout  how long the commit may take, 0 to 24 days
     * @param callback called once, by the callback executor, with the message's id or with a failure
     * @throws IllegalArgumentException when payload, key or a header can't be sent: too large, a NUL character, half a surrogate pair,
     *                                  a header that JSON does not hold; or the timeout is out of range. Then the callback is not called
     */
    void publish(NewMessage message, Duration timeout, Callback callback);

    /**
     * Writes a message with this connection, in its transaction: it is sent if the transaction commits. Nothing is looked up if the
     * connection breaks. The connection's user needs the rights to send.
     *
     * @param wakeUp whether readers are woken by a notification when the transaction commits; false for a transaction that is going to be
     *               prepared, which must not notify. Readers then find the message by polling
     * @return the message's id
     * @throws IllegalArgumentException as {@link #publish(NewMessage, Duration, Callback)}
     * @throws IllegalStateException    when the connection is in no transaction
     */
    String insert(Connection connection, NewMessage message, boolean wakeUp) throws SQLException;

    /**
     * Opens the publishing connection now instead of with the first message, and makes or checks the log. Blocks until that is done or the
     * server turns out to be unreachable (then attempts continue in the background), at most 10 s.
     *
     * @throws SQLException             when the server refuses user, password or database
     * @throws IllegalArgumentException when the log can't be used as it is; the text says what is missing
     */
    void startPublishing() throws SQLException, InterruptedException;

    /**
     * Makes or checks the log for {@link #insert}, with a sending connection that is closed again. Blocks.
     *
     * @throws SQLException             when the server is unreachable or refuses
     * @throws IllegalArgumentException when the log can't be used as it is; the text says what is missing
     */
    void prepareInserting() throws SQLException;

    /** Payloads of plain channels that are too long for a notification, kept in this log. Opens nothing. */
    StoredPayloads storedPayloads();

    /** The state of publishing; null if nothing was published yet. */
    @Nullable
    PublisherStatus publisherStatus();

    /**
     * Subscribes. Blocks until the group has its place, so that it misses nothing that is committed afterwards, or the server turns out to
     * be unreachable (then attempts continue in the background).
     *
     * @throws SQLException             when the server refuses user, password or database
     * @throws IllegalArgumentException when the log can't be used as it is; the text says what is missing
     * @throws InterruptedException     when the thread is interrupted meanwhile; then nothing is subscribed
     */
    KeptSubscription subscribe(KeptOptions options, KeptHandler handler, KeptListener listener)
            throws SQLException, InterruptedException;

    /** As {@link #subscribe(KeptOptions, KeptHandler, KeptListener)}; failures are logged. */
    default KeptSubscription subscribe(KeptOptions options, KeptHandler handler) throws SQLException, InterruptedException {
        return subscribe(options, handler, new KeptListener() {});
    }

    /**
     * Subscribes with a handler that gets messages in batches, as large as {@link KeptOptions.Builder#batch} says; a batch is complete as
     * a whole. Messages that wait for others to join them have not begun. Otherwise as
     * {@link #subscribe(KeptOptions, KeptHandler, KeptListener)}.
     */
    KeptSubscription subscribeToBatches(KeptOptions options, KeptBatchHandler handler, KeptListener listener)
            throws SQLException, InterruptedException;

    /** As {@link #subscribeToBatches(KeptOptions, KeptBatchHandler, KeptListener)}; failures are logged. */
    default KeptSubscription subscribeToBatches(KeptOptions options, KeptBatchHandler handler)
            throws SQLException, InterruptedException {
        return subscribeToBatches(options, handler, new KeptListener() {});
    }

    // ---- for a warning: a plain channel and a kept one of the same name have nothing in common

    /**
     * Asks once, in the background, whether this channel has groups in the log. Needs no right, and opens no connection beside the
     * listening one, which is asked within the next 10 s if it is open by then.
     *
     * @param found called at most once, by the callback executor, with the first five names; not called if there are no groups, no log, or
     *              no right to see it
     */
    void lookForGroups(String channel, Consumer<List<String>> found);

    /**
     * Asks once, in the same way, whether another session is the single listener of the plain channel of this name. Listeners without a
     * group can't be seen from outside.
     *
     * @param found called at most once, by the callback executor
     */
    void lookForPlainListener(String channel, String group, Runnable found);

    // ---- tables

    /**
     * Installs the triggers that send a table's changes to a channel, unless they are there already; with other operations than before,
     * they are replaced. Runs no DDL if there is nothing to do. The triggers stay until {@code pgpubsub.unwatch} is called in SQL. Opens
     * a connection and blocks.
     *
     * @return whether there was anything to do
     * @throws SQLException             when the server is unreachable or refuses; also when the connection's role does not own the table,
     *                                  and the text says what the owner may call
     * @throws IllegalArgumentException when the log can't be used as it is; the text says what is missing
     */
    boolean watch(WatchedTable table) throws SQLException;

    // ---- for operators; each call opens a connection and blocks for some round trips

    /**
     * The groups of a channel, one entry for each shard. Counts their lag, which takes a while if it is long.
     *
     * @param channel null: all channels
     */
    List<KeptGroup> groups(@Nullable String channel) throws SQLException;

    /**
     * Writes parked messages to the log again, for their group alone.
     *
     * @param id of the message, as {@link KeptMessage#id} tells it; null: all of the group's
     * @return how many
     * @throws IllegalArgumentException when this is no message's id
     */
    long requeue(String channel, String group, @Nullable String id) throws SQLException;

    /** Sends a group to another place in the log. */
    void seek(String channel, String group, StartFrom start) throws SQLException;

    /** Removes a group, its place and its parked messages. False: there is no such group. */
    boolean dropGroup(String channel, String group) throws SQLException;

    /** Learns the outcome of a send. */
    @FunctionalInterface
    interface Callback {

        /**
         * Called once. May block.
         *
         * @param id      the message's id; null: it is not in the log
         * @param failure null: it is committed
         */
        void done(@Nullable String id, @Nullable Exception failure);
    }
}
