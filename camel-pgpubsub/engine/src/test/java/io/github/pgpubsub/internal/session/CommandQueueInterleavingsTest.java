package io.github.pgpubsub.internal.session;

import java.util.ArrayList;
import java.util.List;
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
    /** These belong to the session: nothing but the queue guards them. */
    private final List<Integer> done = new ArrayList<>();
    private int begun;

    @Operation
    public void execute(@Param(name = "command") int command) {
        queue.execute(() -> {
            begun++;
            done.add(command);
        });
    }

    @Operation(nonParallelGroup = "the session's thread")
    public List<Integer> comesRound() {
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
    public List<Integer> comesBack() {
        if (!queue.isAway()) {
            return null;
        }
        queue.begin();
        queue.comeBack();
        return look();
    }

    private List<Integer> look() {
        List<Integer> seen = new ArrayList<>(done);
        seen.add(-begun);
        return seen;
    }

    @Test
    void eachIsRunOnceAndAlone() {
        new ModelCheckingOptions().iterations(20).invocationsPerIteration(300).threads(3).actorsPerThread(2).check(getClass());
    }
}
