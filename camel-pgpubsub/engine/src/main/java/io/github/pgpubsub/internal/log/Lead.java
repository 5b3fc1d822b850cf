package io.github.pgpubsub.internal.log;

/** Whether this process may read for a group. Thread-safe, except start and close. */
public interface Lead extends AutoCloseable {

    /** Joins the election. Called once. */
    void start() throws java.sql.SQLException, InterruptedException;

    /** Whether this process is the leader, as far as it knows. Must not block. */
    boolean isLeading();

    /** Whether a worker may begin a message now. Stricter than {@link #isLeading}, and may be false for a moment. Must not block. */
    boolean mayProcess();

    /** Gives the lead back, and joins the election again after a while. Must not block; {@link #isLeading} is false at once. */
    void resign(String reason);

    /** Gives the lead back and leaves the election. */
    @Override
    void close();
}
