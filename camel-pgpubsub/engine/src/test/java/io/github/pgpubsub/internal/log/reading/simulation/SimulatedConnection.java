package io.github.pgpubsub.internal.log.reading.simulation;

import static io.github.pgpubsub.internal.log.reading.simulation.Simulation.MILLI;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A member's connection: requests are run one after another, and answered. When the member gives it up, requests that are on
 * their way may still be run, later and without anybody who hears of it.
 */
final class SimulatedConnection {

    /** A request: runs at the server, in one moment or several, and hands over what its answer does in the member. */
    interface Request {

        void run(SimulatedConnection connection, Consumer<Runnable> answer);
    }

    private final Simulation world;
    private final SimulatedMember member;
    /** It hides that the server was replaced, except from a request that is being run. */
    private final boolean pooled;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private int run;
    /** Answers come in order. */
    private long answeredAt;
    private boolean running;
    private boolean givenUp;

    SimulatedConnection(Simulation world, SimulatedMember member, boolean pooled) {
        this.world = world;
        this.member = member;
        this.pooled = pooled;
        this.run = world.server.run;
    }

    void request(Request request) {
        waiting.add(request);
        pump();
    }

    /** The request that would be run last; null: none is waiting. */
    Request last() {
        return waiting.peekLast();
    }

    /** One request in place of the last one. */
    void replaceLast(Request request) {
        waiting.removeLast();
        waiting.add(request);
    }

    private void pump() {
        if (!running && !waiting.isEmpty()) {
            running = true;
            world.at(world.delay(), this::runFirst);
        }
    }

    private void runFirst() {
        if (waiting.isEmpty()) {
            running = false;
        } else if (!world.isUp() && pooled) {
            // The pooler keeps it until there is a server again.
            world.at(world.upAt - world.now, this::runFirst);
        } else if (!world.isUp() || (run != world.server.run && !pooled)) {
            breaks();
        } else {
            run = world.server.run;
            waiting.remove().run(this, this::answered);
        }
    }

    /** The server was replaced while a request was run, or is down. */
    void breaks() {
        waiting.clear();
        running = false;
        if (!givenUp) {
            givenUp = true;
            answeredAt = Math.max(answeredAt, world.now + world.delay());
            member.inMember(answeredAt - world.now, () -> member.lost(this));
        }
    }

    private void answered(Runnable answer) {
        running = false;
        if (!givenUp) {
            answeredAt = Math.max(answeredAt, world.now + world.delay());
            member.inMember(answeredAt - world.now, () -> member.answered(this, answer));
        }
        pump();
    }

    /** The member hears nothing of it any more. Some of what it has asked is run, maybe much later. */
    void giveUp() {
        givenUp = true;
        int kept = waiting.isEmpty() ? 0 : world.random.nextInt(waiting.size() + 1);
        while (waiting.size() > kept) {
            waiting.removeLast();
        }
        if (!waiting.isEmpty() && world.random.nextBoolean()) {
            // A backend, or a pooler, that is frozen for a while.
            Deque<Request> late = new ArrayDeque<>(waiting);
            waiting.clear();
            world.at(world.random.nextLong(600) * MILLI, () -> {
                waiting.addAll(late);
                pump();
            });
        }
    }

    boolean isGivenUp() {
        return givenUp;
    }
}
