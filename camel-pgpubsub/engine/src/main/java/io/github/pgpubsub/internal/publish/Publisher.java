package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.status.PublisherStatus;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** The entrance to publishing: accepts messages, gives the status, ends. Any thread may call the public methods. */
public final class Publisher<T extends Outgoing> implements AutoCloseable {

    /** How long {@link #close} waits for an attempt to connect when no message waits. */
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A sender with less time left does not commit itself: if the server is silent, the connection would break with its deadline. */
    private static final long LEADING_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Memory that waiting messages may take, bytes. */
    private static final long MAX_WEIGHT = 64 << 20;

    private final PublishQueue<T> queue;
    private final Completions completions;
    private final PublishConnection<T> connection;
    private final GroupCommit<T> commits;
    private final LeadingSender<T> leader;
    private final Timekeeper<T> timekeeper;
    /** Each of the two threads replaces the other one if it is gone. */
    private final ReplaceableThread senderThread;
    private final ReplaceableThread timekeeperThread;

    /**
     * @param threads   creates an unstarted thread from its purpose and a task
     * @param callbacks runs the senders' callbacks, which may block; so it must have more threads than callbacks that block
     */
    public Publisher(ConnectionSource source, PublisherOptions options, BatchStatement<T> statement,
            BiFunction<String, Runnable, Thread> threads, Executor callbacks) {
        int maxBatch = Math.min(options.maxBatch(), options.capacity());
        queue = new PublishQueue<>(options.capacity(), maxBatch, MAX_WEIGHT);
        completions = new Completions(callbacks);
        senderThread = new ReplaceableThread("publish", this::send, threads);
        timekeeperThread = new ReplaceableThread("publish timekeeper", this::keepTime, threads);
        connection = new PublishConnection<>(source, options, statement, queue, senderThread);
        InFlight<T> inFlight = new InFlight<>();
        leader = new LeadingSender<>(queue, connection, completions, inFlight);
        commits = new GroupCommit<>(queue, connection, completions, maxBatch, inFlight, leader, senderThread,
                timekeeperThread);
        timekeeper = new Timekeeper<>(queue, connection, completions, commits, leader, senderThread, timekeeperThread);
    }

    private void send() {
        commits.run();
    }

    private void keepTime() {
        timekeeper.run();
    }

    public void start() {
        try {
            timekeeperThread.start();
            senderThread.start();
        } catch (RuntimeException | Error e) {
            // No thread can be created, and neither of the two works without the other.
            commits.end();
            throw e;
        }
    }

    /**
     * Waits until the first attempt to connect has succeeded or failed, or the time is up.
     *
     * @throws SQLException             when another attempt would fail, too: a wrong password, no such database
     * @throws IllegalArgumentException when the settings can't work
     */
    public void awaitFirstAttempt(Duration longest) throws SQLException, InterruptedException {
        connection.awaitFirstAttempt(longest);
    }

    /** Queues a message. Waits only while the queue is full, and until the message's deadline at most. */
    public void publish(T outgoing) {
        publish(outgoing, false);
    }

    /**
     * Publishes for a caller that will wait for the outcome: if nobody is ahead of it, its thread commits the message. Blocks until the
     * message's deadline at most.
     *
     * @return whether the message is committed; then its sender is not told
     */
    public boolean publishHere(T outgoing) {
        return publish(outgoing, outgoing.deadline - System.nanoTime() >= LEADING_NANOS && !VirtualThreads.isCurrent());
    }

    /** For tests: whether nothing is being sent, as far as can be seen now. */
    boolean isIdle() {
        return queue.isIdle();
    }

    private boolean publish(T outgoing, boolean mayLead) {
        try {
            switch (queue.put(outgoing, mayLead)) {
                case TAKEN -> {}
                case LEADS -> {
                    return lead(outgoing);
                }
                case FULL -> refuse(outgoing, new SQLTimeoutException(
                        "Not sent: " + queue.capacity() + " " + connection.noun() + "s"
                                + (outgoing.weight() == 0 ? "" : " or 64 MiB")
                                + " are already waiting for " + connection.source()));
                case CLOSED -> refuse(outgoing, new SQLException("Not sent: the publisher is closed"));
            }
        } catch (InterruptedException e) {
            refuse(outgoing, e);
            Thread.currentThread().interrupt();
        } finally {
            // Here, because the stack was not too deep for put() either.
            while (mayLead && queue.isLedByCaller()) {
                try {
                    queue.stopLeading(true);
                } catch (OutOfMemoryError e) {
                    Survival.pause();
                }
            }
        }
        return false;
    }

    private boolean lead(T outgoing) {
        try {
            return leader.lead(outgoing);
        } catch (Throwable e) {
            // What was taken has its outcome told by the publisher's thread; an exception would tell its sender twice.
            return outgoing.isCommittedHere();
        }
    }

    private void refuse(T outgoing, Exception reason) {
        completions.complete(List.of(outgoing), reason);
    }

    public PublisherStatus status() {
        PublishConnection.Standing standing = connection.standing();
        CommitCounts counts = commits.counts();
        return new PublisherStatus(standing.current() != null, standing.backend(),
                Duration.ofNanos(System.nanoTime() - standing.since()),
                Math.max(0, standing.opened() - 1), queue.size(), queue.capacity(), counts.notifications(), completions.failed(),
                counts.commits(), Duration.ofNanos(counts.nanos()), Duration.ofNanos(counts.longest()));
    }

    /**
     * Sends the waiting messages, as far as the server allows it within their timeouts, and ends the threads. If the sender's
     * thread is connecting and nothing waits, this method waits one second at most; the thread then ends with the attempt.
     */
    @Override
    public void close() {
        queue.close();
        long patience = System.nanoTime() + CONNECT_NANOS;
        boolean interrupted = false;
        while (!hasEnded() && !(isConnectingForNothing() && patience - System.nanoTime() < 0)) {
            try {
                timekeeperThread.join(Timekeeper.CHECK_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The timekeeper's thread ends after the sender's. */
    private boolean hasEnded() {
        return commits.hasEnded() && !timekeeperThread.isAlive();
    }

    private boolean isConnectingForNothing() {
        return connection.standing().opening() && queue.size() == 0;
    }
}
