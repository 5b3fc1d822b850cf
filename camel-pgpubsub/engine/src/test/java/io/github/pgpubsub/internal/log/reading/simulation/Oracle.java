package io.github.pgpubsub.internal.log.reading.simulation;

import static io.github.pgpubsub.internal.log.reading.simulation.Simulation.expect;

import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.kept.AckMode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The rules, and what happened to the messages. */
final class Oracle {

    /** What a group got. */
    private static final class Group {

        final int number;
        final Set<LogRow> begun = new HashSet<>();
        final Set<LogRow> completed = new HashSet<>();
        final Map<UUID, Order> orders = new HashMap<>();
        final Set<LogRow> skipped = new HashSet<>();
        boolean gapDue;

        Group(int number) {
            this.number = number;
        }
    }

    /** Within a leadership. */
    private static final class Order {

        final Set<LogRow> begun = new HashSet<>();
        long lastDrawn;
        LogRow lastRow;
        /** Of the open window, what is to be tried again. */
        final TreeSet<LogRow> failed = new TreeSet<>(Comparator.comparingLong((LogRow row) -> row.id));
    }

    private final Simulation world;
    private final Map<Integer, Group> groups = new HashMap<>();

    Oracle(Simulation world) {
        this.world = world;
        for (int group = 1; group <= world.groups; group++) {
            groups.put(group, new Group(group));
        }
    }

    /** A worker begins a message. */
    void begins(SimulatedMember member, Delivery<LogRow> delivery) {
        Group group = groups.get(member.group);
        Fence fence = delivery.fence();
        expect(!fence.equals(member.deposed()), "member " + member.name + " begins " + delivery + " although it was deposed");
        if (delivery.row() == null) {
            group.gapDue = false;
            return;
        }
        LogRow row = delivery.row().message();
        expect(row.everCommitted, row + " was never committed");
        expect(row.isFor(member.group), row + " is not for group " + member.group);
        boolean again = !group.begun.add(row);
        expect(!again || delivery.isRedelivered(), row + " comes twice and is not marked, by member " + member.name);
        if (world.kind == Simulation.Kind.ORDERLY && delivery.failures() == 0) {
            expect(!again && !delivery.isRedelivered(), row + " comes twice, or is marked, although all was in good order");
        }
        Order order = group.orders.computeIfAbsent(fence.owner(), any -> new Order());
        if (world.concurrency == 1) {
            expect(order.failed.isEmpty() || order.failed.first() == row,
                    row + " comes while these are to be tried again: " + order.failed);
            order.failed.remove(row);
        }
        if (order.begun.add(row)) {
            // 0: a fail-over has taken the commit back since it was read.
            expect(row.committedAt == 0 || row.committedAt > order.lastDrawn, order.lastRow + " comes before its cause " + row);
            if (row.drawnAt > order.lastDrawn) {
                order.lastDrawn = row.drawnAt;
                order.lastRow = row;
            }
        }
    }

    /** The group stays at it until it is delivered again or parked. */
    void stays(SimulatedMember member, Delivery<LogRow> delivery) {
        groups.get(member.group).orders.get(delivery.fence().owner()).failed.add(delivery.row().message());
    }

    /** It is parked, and the group goes on. Whether it stays parked is the server's business. */
    void parked(int group, Delivery<LogRow> delivery) {
        groups.get(group).orders.get(delivery.fence().owner()).failed.remove(delivery.row().message());
    }

    void skipped(int group, LogRow row) {
        groups.get(group).skipped.add(row);
    }

    void completed(int group, LogRow row) {
        groups.get(group).completed.add(row);
    }

    /** For who knows of no earlier one, the group is a new one. */
    void joins(int group) {
        groups.get(group).begun.clear();
    }

    void removed(int group) {
        groups.get(group).gapDue = true;
    }

    /** A slot is emptied: all of it was to be read. */
    void emptied(int slot) {
        world.server.rows().stream().filter(row -> row.slot == slot && world.server.isCommitted(row)).forEach(row -> groups
                .forEach((number, group) -> {
                    if (world.server.places.containsKey(number)) {
                        expect(isSettled(group, row), row + " is lost to group " + number + ": its slot is emptied");
                        expectEffects(group, row);
                    }
                }));
    }

    /** Only what is in the database is lost in a fail-over: there a message may be parked no more. */
    private boolean isSettled(Group group, LogRow row) {
        return group.completed.contains(row) || isPassedOver(group, row);
    }

    private boolean isPassedOver(Group group, LogRow row) {
        int number = group.number;
        return !row.isFor(number) || group.skipped.contains(row) || world.server.written(number).contains(row)
                || world.server.parked(number).contains(row) || world.server.requeued(number).contains(row);
    }

    boolean isComplete() {
        return world.server.rows().stream().filter(world.server::isCommitted)
                .allMatch(row -> groups.values().stream().allMatch(group -> isSettled(group, row)
                        || isPassed(group, row)));
    }

    /** The place says that it is done: then it is lost, and waiting does not help. */
    private boolean isPassed(Group group, LogRow row) {
        PlaceRow place = world.server.places.get(group.number);
        return place != null && !world.pages.isNumbered() && Xids.parse(place.done().snapshot()).sees(row.xid);
    }

    void check() {
        groups.forEach((number, group) -> {
            for (LogRow row : world.server.rows()) {
                expect(!world.server.isCommitted(row) || isSettled(group, row), row + " is lost to group " + number);
            }
            PlaceRow place = world.server.places.get(number);
            expect(place.missed() == 0, "group " + number + " was not told of " + place.missed() + " messages given up");
        });
        if (world.options.ackMode() == AckMode.transaction) {
            effects();
        }
    }

    private void effects() {
        world.server.effects.forEach((row, times) -> expect(times == 1, row + " has its effects " + times + " times"));
        Group group = groups.get(1);
        world.server.rows().stream().filter(world.server::isCommitted).forEach(row -> expectEffects(group, row));
    }

    /** What is complete has its effects in the database. */
    private void expectEffects(Group group, LogRow row) {
        expect(world.options.ackMode() != AckMode.transaction || world.server.effects.containsKey(row)
                || isPassedOver(group, row), row + " has no effects");
    }
}
