package io.github.pgpubsub.internal.log.reading.simulation;

import static io.github.pgpubsub.internal.log.reading.simulation.Simulation.MILLI;

import io.github.pgpubsub.internal.log.reading.Acknowledgement;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Fence;
import io.github.pgpubsub.internal.log.reading.OpenAnswer;
import io.github.pgpubsub.internal.log.reading.Outcome;
import io.github.pgpubsub.internal.log.reading.Ticket;
import java.util.function.Consumer;

/**
 * A member's statements that move its place: each takes its snapshot when it begins, and others come in before it updates the place.
 * A window is closed and the next one opened by one statement where the reader asks for both at once, as the component does.
 */
final class SimulatedWindows {

    private final Simulation world;
    private final SimulatedMember member;

    /** What a statement does in its last moment. */
    private interface Store {

        void run(Xids snapshot, long sequence, SimulatedServer.Tx tx);
    }

    /** The end of a window, as a request of its own. */
    private final class Closing implements SimulatedConnection.Request {

        final Ticket ticket;
        final Fence fence;
        final Acknowledgement acknowledgement;

        Closing(Ticket ticket, Fence fence, Acknowledgement acknowledgement) {
            this.ticket = ticket;
            this.fence = fence;
            this.acknowledgement = acknowledgement;
        }

        boolean isFollowedBy(Fence opening, Bound done) {
            return acknowledgement.whole() && !acknowledgement.release() && fence.equals(opening)
                    && done.equals(acknowledgement.upto());
        }

        @Override
        public void run(SimulatedConnection connection, Consumer<Runnable> answer) {
            whenFree(connection, () -> {
                if (timesOut()) {
                    answer.accept(() -> member.reader.refused(ticket, "statement timeout", world.now));
                    return;
                }
                Outcome outcome = world.places.acknowledge(member.group, fence, acknowledgement);
                world.log(member, () -> outcome + " by " + acknowledgement);
                answer.accept(() -> member.reader.acknowledged(ticket, told(outcome, fence), world.now));
            });
        }
    }

    SimulatedWindows(Simulation world, SimulatedMember member) {
        this.world = world;
        this.member = member;
    }

    private boolean timesOut() {
        return !world.calm && world.kind != Simulation.Kind.ORDERLY && world.chance(50);
    }

    private Outcome told(Outcome outcome, Fence fence) {
        return outcome != Outcome.MOVED && member.note(fence, outcome) ? Outcome.MOVED : outcome;
    }

    private OpenAnswer told(OpenAnswer answer, Fence fence) {
        return answer instanceof OpenAnswer.Refused refused && member.note(fence, refused.outcome()) ? new OpenAnswer.Empty(0)
                : answer;
    }

    SimulatedConnection.Request acknowledge(Ticket ticket, Fence fence, Acknowledgement acknowledgement) {
        return new Closing(ticket, fence, acknowledgement);
    }

    SimulatedConnection.Request open(Ticket ticket, Fence fence, Bound done) {
        return (connection, answer) -> {
            Bound end = world.endAfter(done);
            if (end == null) {
                openFresh(connection, answer, ticket, fence, done);
                return;
            }
            whenFree(connection, () -> {
                OpenAnswer opened = world.places.openUpTo(member.group, fence, done, end);
                if (opened == null) {
                    openFresh(connection, answer, ticket, fence, done);
                } else {
                    world.log(member, () -> "shares " + opened);
                    answer.accept(() -> member.reader.opened(ticket, told(opened, fence), world.now));
                }
            });
        };
    }

    private void openFresh(SimulatedConnection connection, Consumer<Runnable> answer, Ticket ticket, Fence fence, Bound done) {
        PlaceRow seen = world.places.row(member.group);
        long number = world.beginsToOpen();
        statement(connection, (snapshot, sequence, tx) -> {
            OpenAnswer opened = world.places.open(member.group, fence, done, seen, snapshot, sequence, tx);
            log(opened);
            world.opened(opened, number);
            answer.accept(() -> member.reader.opened(ticket, told(opened, fence), world.now));
        });
    }

    /** Both as one statement; null: what was asked for before is no end of a window, or of another one. */
    SimulatedConnection.Request next(SimulatedConnection.Request before, Ticket ticket, Fence fence, Bound done) {
        if (!world.combining || !(before instanceof Closing closing) || !closing.isFollowedBy(fence, done)) {
            return null;
        }
        return (connection, answer) -> {
            if (timesOut()) {
                answer.accept(() -> {
                    member.reader.refused(closing.ticket, "statement timeout", world.now);
                    member.reader.refused(ticket, "statement timeout", world.now);
                });
                return;
            }
            Bound end = world.endAfter(done);
            if (end == null) {
                nextFresh(connection, answer, closing, ticket, fence);
                return;
            }
            whenFree(connection, () -> {
                SimulatedPlaces.Next next = world.places.nextUpTo(member.group, fence, closing.acknowledgement, end);
                if (next == null) {
                    nextFresh(connection, answer, closing, ticket, fence);
                } else {
                    world.log(member, () -> "shares " + next + " by " + closing.acknowledgement);
                    answer(answer, closing, ticket, fence, next);
                }
            });
        };
    }

    private void nextFresh(SimulatedConnection connection, Consumer<Runnable> answer, Closing closing, Ticket ticket,
            Fence fence) {
        PlaceRow seen = world.places.row(member.group);
        long number = world.beginsToOpen();
        statement(connection, (snapshot, sequence, tx) -> {
            SimulatedPlaces.Next next = world.places.next(member.group, fence, closing.acknowledgement, seen, snapshot, sequence,
                    tx);
            world.log(member, () -> next.closed() + " by " + closing.acknowledgement);
            log(next.opened());
            world.opened(next.opened(), number);
            answer(answer, closing, ticket, fence, next);
            if (connection.isGivenUp() && world.broken == Break.NEXT_RUN_AGAIN) {
                world.at(world.delay(), () -> again(fence, closing.acknowledgement));
            }
        });
    }

    private void answer(Consumer<Runnable> answer, Closing closing, Ticket ticket, Fence fence, SimulatedPlaces.Next next) {
        answer.accept(() -> {
            member.reader.acknowledged(closing.ticket, told(next.closed(), fence), world.now);
            member.reader.opened(ticket, told(next.opened(), fence), world.now);
        });
    }

    private void again(Fence fence, Acknowledgement acknowledgement) {
        if (world.isUp() && !world.places.isHeld(member.group)) {
            world.places.next(member.group, fence, acknowledgement, world.places.row(member.group), world.server.snapshot(),
                    world.server.sequence(), world.server.begin());
        }
    }

    private void log(OpenAnswer answer) {
        if (answer instanceof OpenAnswer.Opened) {
            world.log(member, () -> "opens " + answer);
        }
    }

    /** Takes a snapshot, reads the sequence, draws an xid. */
    private void statement(SimulatedConnection connection, Store store) {
        Xids snapshot = world.server.snapshot();
        if (world.broken == Break.SNAPSHOT_OF_AN_EARLIER_STATEMENT && world.pooled) {
            later(() -> goOn(connection, snapshot, store));
        } else {
            goOn(connection, snapshot, store);
        }
    }

    /** As a statement of its own does: behind a pooler it may find another server. */
    private void later(Runnable what) {
        world.at(world.random.nextLong(40 * MILLI), () -> {
            if (world.isUp()) {
                what.run();
            } else {
                later(what);
            }
        });
    }

    private void goOn(SimulatedConnection connection, Xids snapshot, Store store) {
        SimulatedServer.Tx early = world.broken == Break.XID_BEFORE_SEQUENCE ? world.server.begin() : null;
        moment(connection, () -> {
            long sequence = world.server.sequence();
            moment(connection, () -> store.run(snapshot, sequence, early == null ? world.server.begin() : early));
        });
    }

    /** Waits for a transaction that has updated the place. */
    void whenFree(SimulatedConnection connection, Runnable what) {
        if (world.places.isHeld(member.group)) {
            int run = world.server.run;
            world.at(MILLI, () -> goOn(run, connection, () -> whenFree(connection, what)));
        } else {
            what.run();
        }
    }

    /** Others come in between, and if the backend is frozen, all kinds of others. */
    private void moment(SimulatedConnection connection, Runnable next) {
        int run = world.server.run;
        boolean frozen = world.kind != Simulation.Kind.ORDERLY && !world.calm && world.chance(200);
        long pause = frozen ? world.random.nextLong(400 * MILLI) : world.chance(4) ? world.delay() : 0;
        world.at(pause, () -> goOn(run, connection, () -> whenFree(connection, next)));
    }

    private void goOn(int run, SimulatedConnection connection, Runnable what) {
        if (run == world.server.run) {
            what.run();
        } else {
            connection.breaks();
        }
    }
}
