package io.github.pgpubsub.internal.log.reading.simulation;

import static io.github.pgpubsub.internal.log.reading.simulation.Simulation.MILLI;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.OnError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A member's queue and its workers. They begin a message only while the member may, which its last proof decides. */
final class SimulatedWorkers {

    private final Simulation world;
    private final SimulatedMember member;
    private final Deque<Delivery<LogRow>> queue = new ArrayDeque<>();
    private int busy;
    private boolean dead;

    SimulatedWorkers(Simulation world, SimulatedMember member) {
        this.world = world;
        this.member = member;
    }

    void deliver(Delivery<LogRow> delivery) {
        queue.add(delivery);
    }

    List<Delivery<LogRow>> withdraw() {
        List<Delivery<LogRow>> back = new ArrayList<>(queue);
        queue.clear();
        return back;
    }

    void die() {
        dead = true;
    }

    boolean isEmpty() {
        return queue.isEmpty() && busy == 0;
    }

    void pump() {
        while (!dead && busy < world.concurrency && !queue.isEmpty() && member.mayBegin()) {
            begin(batch());
        }
    }

    private List<Delivery<LogRow>> batch() {
        List<Delivery<LogRow>> batch = new ArrayList<>(List.of(queue.remove()));
        while (batch.size() < world.batch && !queue.isEmpty() && batch.get(0).goesWith(queue.element())) {
            batch.add(queue.remove());
        }
        return batch;
    }

    private void begin(List<Delivery<LogRow>> batch) {
        busy++;
        batch.forEach(each -> world.oracle.begins(member, each));
        if (world.broken == Break.COMPLETE_AT_BEGIN) {
            member.inMember(0, () -> complete(batch));
        }
        long takes = world.chance(25) ? world.random.nextLong(150 * MILLI) : world.delay();
        member.inMember(takes, () -> finish(batch));
    }

    private void finish(List<Delivery<LogRow>> batch) {
        boolean fails = !world.calm && world.kind != Simulation.Kind.ORDERLY && world.chance(12);
        if (batch.get(0).row() == null) {
            done(() -> complete(batch));
        } else if (fails) {
            done(() -> fail(batch));
        } else if (world.options.ackMode() == AckMode.transaction) {
            commit(batch);
        } else {
            batch.forEach(each -> world.oracle.completed(member.group, each.row().message()));
            if (world.options.ackMode() == AckMode.manual) {
                // The route says so later, and of each message when it likes.
                batch.forEach(each -> member.inMember(world.delay(), () -> member.reader.completed(each, world.now)));
                done(() -> {});
            } else {
                done(() -> complete(batch));
            }
        }
    }

    private void complete(List<Delivery<LogRow>> batch) {
        batch.forEach(each -> member.reader.completed(each, world.now));
    }

    private void done(Runnable told) {
        busy--;
        told.run();
    }

    private void fail(List<Delivery<LogRow>> batch) {
        OnError onError = world.options.onError().onError();
        for (Delivery<LogRow> each : batch) {
            if (onError == OnError.skip) {
                world.oracle.skipped(member.group, each.row().message());
            } else if (onError == OnError.retry) {
                world.oracle.stays(member, each);
            }
        }
        member.reader.failed(batch, world.now);
    }

    /** The exchange's last statement moves the place; then it commits, and may not hear whether it has. */
    private void commit(List<Delivery<LogRow>> batch) {
        Delivery<LogRow> last = batch.get(batch.size() - 1);
        if (!world.isUp() && world.random.nextBoolean()) {
            // A pool of connections waits until it gets one, before the reader hears that the server was another one.
            member.inMember(world.upAt - world.now, () -> commit(batch));
            return;
        } else if (!world.isUp()) {
            done(() -> unsettled(batch));
            return;
        }
        SimulatedServer.Tx tx = world.places.hold(member.group, last.fence(), last.upto());
        if (tx == null) {
            done(() -> unsettled(batch));
            return;
        }
        List<LogRow> rows = batch.stream().map(each -> each.row().message()).toList();
        boolean heard = world.calm || !world.chance(20);
        member.inMember(world.chance(30) ? world.random.nextLong(300) * MILLI : world.delay(), () -> {
            boolean sent = heard || world.random.nextBoolean();
            if (sent && world.isUp() && world.places.commit(member.group, tx, rows)) {
                rows.forEach(row -> world.oracle.completed(member.group, row));
                done(heard ? () -> complete(batch) : () -> unsettled(batch));
                return;
            }
            if (!tx.over) {
                world.places.endBlocker(member.group);
            }
            done(() -> unsettled(batch));
        });
    }

    private void unsettled(List<Delivery<LogRow>> batch) {
        member.reader.unsettled(batch, world.now);
    }
}
