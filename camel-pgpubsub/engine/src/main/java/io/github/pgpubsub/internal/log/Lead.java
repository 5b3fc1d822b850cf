package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether this process may read for a group. Thread-safe, except start and close. */
public interface Lead extends AutoCloseable {

    /** Joins the election. Called once. */
    void start() throws SQLException, InterruptedException;

    /** Whether this process is the leader, as far as it knows. Must not block. */
    boolean isLeading();

    /** Whether a worker may begin a message now. Stricter than {@link #isLeading}, and may be false for a moment. Must not block. */
    boolean mayProcess();

    /**
     * Number of the latest leadership: another one after each loss, however short. A message belongs to the leadership in which it was handed
     * out. Ask after {@link #mayProcess}: then the answer holds for that moment. Must not block.
     */
    long term();

    /** Gives the lead back, and joins the election again after a while. Must not block; {@link #isLeading} is false at once. */
    void resign(String reason);

    /** The state of the election's own subscription; null: there is no election, or this process is no member at the moment. */
    @Nullable
    SubscriptionStatus status();

    /** The members of the election; empty: there is none. Blocks for a round trip. */
    List<GroupMember> members() throws SQLException, InterruptedException;

    /** Gives the lead back and leaves the election. */
    @Override
    void close();
}
