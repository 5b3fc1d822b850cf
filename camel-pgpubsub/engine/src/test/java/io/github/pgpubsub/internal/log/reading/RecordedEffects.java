package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import io.github.pgpubsub.kept.StartFrom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Notes what a reader asks for; the test answers. Has the workers' queue. */
final class RecordedEffects implements Effects<String> {

    /** Names of all requests. */
    final List<String> calls = new ArrayList<>();
    /** Of the latest request. */
    Ticket ticket = new Ticket(0);
    @Nullable
    Acknowledgement acknowledgement;
    /** Of the latest acknowledgement. */
    Ticket acknowledging = new Ticket(0);
    /** What no worker has taken. */
    final List<Delivery<String>> queue = new ArrayList<>();
    final List<Ticket> parked = new ArrayList<>();
    final List<Boolean> moved = new ArrayList<>();
    final List<Incident> incidents = new ArrayList<>();

    private void note(String call, Ticket asked) {
        calls.add(call);
        ticket = asked;
    }

    @Override
    public void take(Ticket asked, UUID owner) {
        note("take", asked);
    }

    @Override
    public void join(Ticket asked, StartFrom startFrom, boolean again) {
        note("join", asked);
    }

    @Override
    public void endBlockers() {
        calls.add("end blockers");
    }

    @Override
    public void open(Ticket asked, Fence fence, Bound done) {
        note("open", asked);
    }

    @Override
    public void read(Ticket asked, PageRequest request) {
        note("read", asked);
    }

    @Override
    public void acknowledge(Ticket asked, Fence fence, Acknowledgement wanted) {
        note("acknowledge", asked);
        acknowledgement = wanted;
        acknowledging = asked;
    }

    @Override
    public void park(Ticket asked, Fence fence, Bound upto, Delivery<String> delivery, boolean moveLastId) {
        note("park", asked);
        parked.add(asked);
        moved.add(moveLastId);
    }

    @Override
    public void lock(Ticket asked) {
        note("lock", asked);
    }

    @Override
    public void unlock() {
        calls.add("unlock");
    }

    @Override
    public void deliver(Delivery<String> delivery) {
        queue.add(delivery);
    }

    @Override
    public List<Delivery<String>> withdraw() {
        List<Delivery<String>> all = List.copyOf(queue);
        queue.clear();
        return all;
    }

    @Override
    public void resign(String reason) {
        calls.add("resign");
    }

    @Override
    public void report(Incident incident, String detail) {
        incidents.add(incident);
    }

    @Override
    public void stopped() {
        calls.add("stopped");
    }
}
