package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.Survival;
import io.github.pgpubsub.internal.log.sharding.Effects;
import io.github.pgpubsub.internal.log.sharding.Mark;
import io.github.pgpubsub.internal.log.sharding.MemberId;
import io.github.pgpubsub.internal.log.sharding.MemberView;
import io.github.pgpubsub.internal.log.sharding.Sharing;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a group with shards: a thread in which {@link Sharing} decides, and a {@link Reception} for each shard whose election it
 * takes part in. Other threads post events, and see the receptions.
 */
final class ShardMember implements Effects, ShardMarks.Observer {

    private static final Logger LOG = LoggerFactory.getLogger(ShardMember.class);

    /** The longest delay until a change of a leader is noticed. */
    private static final long LEAD_MILLIS = 20;
    /**
     * How long a member may take to win a shard that it claims, beyond the time after which a frozen leader is deposed: longer than an
     * election in which a lock was left behind.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** How long a member stays away that can't win or can't read, the first time. */
    private static final Duration ASIDE = Duration.ofSeconds(1);
    /** So many receptions start at once, which waits for the server. */
    private static final int STARTS = 4;

    /** Makes an unstarted reception. */
    interface Receptions {

        /**
         * @param onResigned called when it gives up the lead by itself
         * @param onClosed   called at its end
         */
        Reception open(int shard, Runnable onResigned, Runnable onClosed);
    }

    private record Running(Reception reception, CompletableFuture<Void> started) {}

    private final Shard group;
    private final Receptions factory;
    private final ShardMarks marks;
    private final Consumer<Exception> onFailure;
    private final Consumer<Exception> onGaveUp;
    private final Sharing sharing;
    private final Thread thread;
    private final ThreadPoolExecutor starts;
    private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final Map<Integer, Running> running = new ConcurrentSkipListMap<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    /** Guards {@link #held}, and that each reception hears of it. */
    private final Object holding = new Object();
    private boolean held;

    /**
     * @param group any of its shards
     * @param poll          how often the members look at each other
     * @param leaderTimeout after which a frozen leader is deposed
     * @param onFailure     called by the session's thread, too; must not block
     * @param onGaveUp      called by the session's thread when the session gives up for good; must not block
     */
    ShardMember(Shard group, Function<ShardMarks.Observer, ShardMarks> marks, Duration poll, Duration leaderTimeout,
            Receptions factory,
            Consumer<Exception> onFailure, Consumer<Exception> onGaveUp,
            BiFunction<String, Runnable, Thread> threads) {
        this.group = group;
        this.factory = factory;
        this.marks = marks.apply(this);
        this.onFailure = onFailure;
        this.onGaveUp = onGaveUp;
        this.sharing = new Sharing(group.shards(), polls(PATIENCE.plus(leaderTimeout.multipliedBy(2)), poll), polls(ASIDE, poll),
                this);
        String purpose = "kept " + group.channel() + " shards";
        this.thread = threads.apply(purpose, this::run);
        this.starts = new ThreadPoolExecutor(STARTS, STARTS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> threads.apply(purpose + " start", task));
        starts.allowCoreThreadTimeOut(true);
    }

    private static int polls(Duration time, Duration poll) {
        return (int) Math.max(3, time.toNanos() / poll.toNanos());
    }

    // ---- for any thread

    void start() {
        commands.add(sharing::start);
        marks.start();
        thread.start();
    }

    ShardMarks marks() {
        return marks;
    }

    Collection<Reception> receptions() {
        return running.values().stream().map(Running::reception).toList();
    }

    /** Whether no message may begin for the moment, of any shard. */
    void hold(boolean value) {
        synchronized (holding) {
            held = value;
            receptions().forEach(each -> each.hold(value));
        }
    }

    /** Gives all shards back. */
    CompletableFuture<Void> stop() {
        commands.add(sharing::stop);
        return done;
    }

    /** Ends the thread, orderly end or not. */
    void close() {
        commands.add(() -> done.complete(null));
        marks.close();
        starts.shutdown();
    }

    // ---- what the marks show

    @Override
    public void seen(MemberId self, List<MemberView> members) {
        commands.add(() -> sharing.seen(self, members));
    }

    @Override
    public void lost() {
        commands.add(sharing::disconnected);
    }

    @Override
    public void failed(Exception failure) {
        onFailure.accept(failure);
    }

    /** A member without a shard has no reception that would tell of it. */
    @Override
    public void gaveUp(Exception failure) {
        onGaveUp.accept(failure);
    }

    // ---- the thread

    private void run() {
        while (!done.isDone()) {
            try {
                Runnable command = commands.poll(LEAD_MILLIS, TimeUnit.MILLISECONDS);
                if (command != null) {
                    command.run();
                }
                sharing.leading(leading());
                if (sharing.isDone()) {
                    done.complete(null);
                }
            } catch (InterruptedException e) {
                // A stray interrupt: close() is the only way to end this thread.
                LOG.debug("Interrupted", e);
            } catch (Throwable e) {
                Survival.complain("Sharing {} has failed and continues", group, e, LOG);
            }
        }
    }

    /** Goes on until there is memory for it: a shard that nobody gives back would be read by nobody. */
    private void command(Runnable command) {
        while (true) {
            try {
                commands.add(command);
                return;
            } catch (OutOfMemoryError e) {
                Survival.pause();
            }
        }
    }

    private Set<Integer> leading() {
        Set<Integer> leading = new TreeSet<>();
        running.forEach((shard, each) -> {
            if (each.reception.isLeading()) {
                leading.add(shard);
            }
        });
        return leading;
    }

    @Override
    public void join(int shard) {
        try {
            open(shard);
        } catch (Throwable e) {
            // Not started, so nobody tells of its end.
            running.remove(shard);
            command(() -> sharing.left(shard));
            LOG.error("{}: shard {} can't be read", group, shard, e);
        }
    }

    private void open(int shard) {
        Runnable ended = () -> ended(shard);
        Reception reception = factory.open(shard, () -> commands.add(sharing::stepAside), () -> command(ended));
        CompletableFuture<Void> started = new CompletableFuture<>();
        synchronized (holding) {
            running.put(shard, new Running(reception, started));
            reception.hold(held);
        }
        starts.execute(() -> start(reception, started));
    }

    private void start(Reception reception, CompletableFuture<Void> started) {
        try {
            reception.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            // It has closed itself.
            LOG.debug("{} can't be started", reception, e);
            onFailure.accept(e instanceof Exception exception ? exception : new IllegalStateException(e));
        } finally {
            started.complete(null);
        }
    }

    private void ended(int shard) {
        Running left = running.remove(shard);
        if (left != null) {
            sharing.left(shard);
        }
    }

    @Override
    public void leave(int shard) {
        Running left = running.get(shard);
        if (left != null) {
            CompletableFuture<Void> unused = left.started.thenCompose(nothing -> left.reception.end(Duration.ZERO));
        }
    }

    @Override
    public void show(boolean present, int beat, Map<Integer, Mark> nowMarks) {
        marks.show(present, beat, nowMarks);
    }

    /** Why no message can be received; null: nothing is known. */
    @Nullable
    String trouble() {
        return receptions().stream().map(Reception::trouble).filter(each -> each != null).findFirst().orElse(null);
    }
}
