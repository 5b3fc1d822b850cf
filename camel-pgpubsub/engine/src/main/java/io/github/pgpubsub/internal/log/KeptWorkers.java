package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.work.Crew;
import io.github.pgpubsub.internal.work.WorkerPool;
import io.github.pgpubsub.kept.KeptListener;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of a subscription: threads of the client's pool that take messages while there are some, handle them, and tell the reading
 * thread what became of them. They continue after any exception of the handler or the VM and any stray interrupt, until they are told to
 * leave.
 */
final class KeptWorkers {

    private static final Logger LOG = LoggerFactory.getLogger(KeptWorkers.class);

    /** Pause of a thread after a failure outside of the handler, because memory may be lacking. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final WorkQueue queue;
    private final Lead lead;
    private final Handling handling;
    private final GroupReader group;
    private final KeptListener listener;
    private final Tally tally;
    private final Crew crew;
    /** What keeps messages from being handled at all; null: nothing. */
    private volatile @Nullable String trouble;

    KeptWorkers(WorkQueue queue, Lead lead, Handling handling, GroupReader group, KeptListener listener, Tally tally,
            int concurrency,
            WorkerPool pool) {
        this.queue = queue;
        this.lead = lead;
        this.handling = handling;
        this.group = group;
        this.listener = listener;
        this.tally = tally;
        this.crew = new Crew(pool, group.toString(), concurrency, this::next);
    }

    /** @throws OutOfMemoryError when the pool has no thread and can't create one; then the workers have left */
    void start() {
        crew.open();
        try {
            queue.callFor(crew);
        } catch (Throwable e) {
            crew.leave();
            throw e;
        }
    }

    /** Replaces threads of the pool that have ended without being told to, tries again if none could be created, and calls the workers. */
    void replaceEndedThreads() {
        if (!crew.isLeaving()) {
            crew.replaceEndedThreads();
            queue.callFor(crew);
        }
    }

    boolean isAlive() {
        return crew.isAlive();
    }

    boolean isOwnThread() {
        return crew.isOwnThread();
    }

    @Nullable
    String trouble() {
        return trouble;
    }

    /** Tells the workers to leave; the threads of those that handle a message are interrupted. */
    void leave() {
        queue.close();
        crew.leave();
        crew.interrupt();
    }

    private boolean next() {
        // Before the batch is taken: a later number could be that of a leadership which the batch does not belong to.
        long term = lead.term();
        List<Delivery<KeptRow>> batch = queue.take();
        if (batch == null) {
            return false;
        }
        handle(batch, term);
        return true;
    }

    private void handle(List<Delivery<KeptRow>> batch, long term) {
        Handling.Handled handled;
        try {
            batch.forEach(tally::begins);
            handled = handling.handle(batch, term);
        } catch (Throwable e) {
            handled = failed(e, batch);
        }
        // An interrupt flag that the handler leaves behind is not meant for the next batch.
        Thread.interrupted();
        if (handled.failure() != null) {
            report(handled.failure());
        }
        while (!told(handled)) {
            LockSupport.parkNanos(BREATH_NANOS);
        }
        while (!finished()) {
            LockSupport.parkNanos(BREATH_NANOS);
        }
    }

    /** Repeats until there is memory for it: without it the messages would stay in hand for ever. */
    private static Handling.Handled failed(Throwable failure, List<Delivery<KeptRow>> batch) {
        while (true) {
            try {
                return Handling.Handled.failed(failure, batch);
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    /** False: try again. Without this call its turn would never be another's. */
    private boolean finished() {
        try {
            queue.finished();
            return true;
        } catch (Throwable e) {
            Survival.complain("{}: a worker could not be released; trying again", group, e, LOG);
            return false;
        }
    }

    /** False: try again. Without this call the messages would stay in hand for ever. */
    private boolean told(Handling.Handled handled) {
        List<Delivery<KeptRow>> concerned = handled.concerned();
        try {
            Throwable failure = handled.failure();
            switch (handled.result()) {
                case COMPLETE -> {
                    trouble = null;
                    tally.completed.add(concerned.size());
                    group.postCompleted(concerned);
                }
                case FAILED -> {
                    trouble = null;
                    awaitKnown(known -> group.postFailed(concerned, String.valueOf(failure), known));
                }
                case UNSETTLED -> {
                    trouble = failure == null ? null : failure.toString();
                    awaitKnown(known -> group.postUnsettled(concerned, known));
                }
                case LEFT_OPEN -> {
                }
            }
            return true;
        } catch (Throwable e) {
            Survival.complain("{}: What became of messages could not be noted; trying again", group, e, LOG);
            return false;
        }
    }

    private interface Posting {
        void post(CountDownLatch known);
    }

    /** The next message may have to come behind this one, so the worker begins none before the reader knows. */
    private void awaitKnown(Posting posting) {
        CountDownLatch known = new CountDownLatch(1);
        posting.post(known);
        while (known.getCount() > 0 && !crew.isLeaving()) {
            try {
                known.await();
            } catch (InterruptedException e) {
                // A stray interrupt, or the end.
            }
        }
    }

    private void report(Throwable failure) {
        try {
            listener.failed(failure instanceof Exception e ? e : new ExecutionException(failure));
        } catch (Throwable e) {
            Survival.complain("{}: A failure could not be reported", group, e, LOG);
        }
    }
}
