package io.github.pgpubsub.internal.session;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.github.pgpubsub.internal.delivery.Interleavings;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The session's thread leaves and returns at any time while other threads bring commands. Each command runs once, and never
 * while the session's thread or another command uses the session's state. While the session's thread is away, a command runs at
 * once.
 */
@Param(name = "command", gen = IntGen.class, conf = "1:9")
@Tag("interleavings")
@Tag("long")
public class CommandQueueInterleavingsTest {

    private final CommandQueue queue = new CommandQueue();
    /** The commands that have run, and the number that has begun. This is session state, guarded only by the queue. */
    private String done = "";
    private int begun;

    @Operation
    public void execute(@Param(name = "command") int command) {
        queue.execute(() -> {
            begun++;
            done = done + command;
        });
    }

    @Operation(nonParallelGroup = "the session's thread")
    public String comesRound() {
        if (queue.isAway()) {
            return null;
        }
        queue.begin();
        queue.run();
        return look();
    }

    @Operation(nonParallelGroup = "the session's thread")
    public void leaves() {
        if (!queue.isAway()) {
            queue.begin();
            queue.leave();
        }
    }

    @Operation(nonParallelGroup = "the session's thread")
    public String comesBack() {
        if (!queue.isAway()) {
            return null;
        }
        queue.begin();
        queue.comeBack();
        return look();
    }

    private String look() {
        return done + " of " + begun;
    }

    @Test
    void eachIsRunOnceAndAlone() {
        Interleavings.onceMoreIfHung(() -> options().check(getClass()));
    }

    private static ModelCheckingOptions options() {
        // All scenarios only where Lincheck is asked for (see Interleavings): they take 20 s and more.
        boolean thorough = Integer.getInteger("lincheck.orders") != null;
        return new ModelCheckingOptions().iterations(thorough ? 10 : 3).invocationsPerIteration(thorough ? 200 : 60).threads(3)
                .actorsPerThread(2)
                .addGuarantee(forClasses(ConcurrentLinkedQueue.class.getName()).allMethods().treatAsAtomic());
    }
}
