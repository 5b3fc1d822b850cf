package io.github.pgpubsub.internal.session;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Whenever the session's thread goes away and comes back, and whoever brings commands meanwhile: each is run once, none while the
 * session's thread or another command touches what the session owns, and what is brought to one that is away has been run at once.
 */
@Param(name = "command", gen = IntGen.class, conf = "1:9")
public class CommandQueueInterleavingsTest {

    private final CommandQueue queue = new CommandQueue();
    /** Which commands have been run, and how many have begun. It belongs to the session: nothing but the queue guards it. */
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
        new ModelCheckingOptions().iterations(10).invocationsPerIteration(200).threads(3).actorsPerThread(2)
                .addGuarantee(forClasses(ConcurrentLinkedQueue.class.getName()).allMethods().treatAsAtomic())
                .check(getClass());
    }
}
