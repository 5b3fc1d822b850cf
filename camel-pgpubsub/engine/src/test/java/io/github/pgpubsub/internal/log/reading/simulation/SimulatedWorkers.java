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
    /** Whose transaction was the last one that was confirmed. */
    private Delivery<LogRow> before;

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
            begin(queue.remove());
        }
    }

    private void begin(Delivery<LogRow> delivery) {
        busy++;
        world.oracle.begins(member, delivery);
        if (world.broken == Break.COMPLETE_AT_BEGIN) {
            member.inMember(0, () -> member.reader.completed(delivery, world.now));
        }
        long takes = world.chance(25) ? world.random.nextLong(150 * MILLI) : world.delay();
        member.inMember(takes, () -> finish(delivery));
    }

    private void finish(Delivery<LogRow> delivery) {
        boolean fails = !world.calm && world.kind != Simulation.Kind.ORDERLY && world.chance(12);
        if (delivery.row() == null) {
            done(() -> member.reader.completed(delivery, world.now));
        } else if (fails) {
            done(() -> fail(delivery));
        } else if (world.options.ackMode() == AckMode.transaction) {
            commit(delivery);
        } else {
            world.oracle.completed(member.group, delivery.row().message());
            if (world.options.ackMode() == AckMode.manual) {
                // The route says so later.
                member.inMember(world.delay(), () -> member.reader.completed(delivery, world.now));
                done(() -> {});
            } else {
                done(() -> member.reader.completed(delivery, world.now));
            }
        }
    }

    private void done(Runnable told) {
        busy--;
        told.run();
    }

    private void fail(Delivery<LogRow> delivery) {
        OnError onError = world.options.onError().onError();
        if (onError == OnError.skip) {
            world.oracle.passedOver(member.group, delivery.row().message());
        } else if (onError == OnError.retry) {
            world.oracle.stays(member, delivery);
        }
        member.reader.failed(List.of(delivery), world.now);
    }

    /** The exchange's last statement moves the place; then it commits, and may not hear whether it has. */
    private void commit(Delivery<LogRow> delivery) {
        if (!world.isUp()) {
            done(() -> unsettled(delivery));
            return;
        }
        SimulatedServer.Tx tx = lacksTheOneBefore(delivery) ? null
                : world.places.hold(member.group, delivery.fence(), delivery.upto());
        if (tx == null) {
            done(() -> unsettled(delivery));
            return;
        }
        boolean heard = world.calm || !world.chance(20);
        member.inMember(world.chance(30) ? world.random.nextLong(300) * MILLI : world.delay(), () -> {
            LogRow row = delivery.row().message();
            boolean sent = heard || world.random.nextBoolean();
            if (sent && world.isUp() && world.places.commit(member.group, tx, row, row.id)) {
                world.oracle.completed(member.group, row);
                if (heard) {
                    before = delivery;
                }
                done(heard ? () -> member.reader.completed(delivery, world.now) : () -> unsettled(delivery));
                return;
            }
            if (!tx.over) {
                world.places.endBlocker(member.group);
            }
            done(() -> unsettled(delivery));
        });
    }

    /** The place is before the last move that was confirmed: it is another server's. */
    private boolean lacksTheOneBefore(Delivery<LogRow> delivery) {
        PlaceRow place = world.places.row(member.group);
        return before != null && place != null && world.broken != Break.EXCHANGE_WITHOUT_THE_ONE_BEFORE
                && before.fence().equals(delivery.fence()) && before.upto().equals(delivery.upto())
                && place.lastId() < before.row().message().id;
    }

    private void unsettled(Delivery<LogRow> delivery) {
        member.reader.unsettled(List.of(delivery), world.now);
    }
}
