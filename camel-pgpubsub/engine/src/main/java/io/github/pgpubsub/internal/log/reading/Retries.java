package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of a leadership that failed and are to be delivered again or parked. While there is one, no other begins: the
 * group stays at it. Those that had been handed out behind it are held here, in order.
 */
final class Retries<M> {

    private final Reader<M> reader;
    private final Term<M> term;
    /** When each is due, nanoseconds. */
    private final Map<Delivery<M>, Long> waiting = new LinkedHashMap<>();
    private final Map<Ticket, Delivery<M>> parking = new HashMap<>();
    /** By ordinal. */
    private final TreeMap<Long, Delivery<M>> held = new TreeMap<>();

    Retries(Reader<M> reader, Term<M> term) {
        this.reader = reader;
        this.term = term;
    }

    /** Whether nothing may be handed out for the moment. */
    boolean isHolding() {
        return !waiting.isEmpty() || !parking.isEmpty();
    }

    /** A new message: out, or behind those that wait. */
    void deliver(Delivery<M> delivery) {
        if (isHolding()) {
            hold(List.of(delivery));
        } else {
            reader.effects.deliver(delivery);
        }
    }

    private void hold(List<Delivery<M>> deliveries) {
        reader.hand.takeBack(deliveries);
        deliveries.forEach(each -> held.put(each.ordinal, each));
    }

    /** They failed together, and are to be delivered again: at one time, so that they keep their order, whoever has failed more often. */
    void again(List<Delivery<M>> batch, long now) {
        int failures = batch.stream().mapToInt(Delivery::failures).max().orElseThrow();
        long due = now + reader.options.onError().pauseNanos(failures);
        for (Delivery<M> delivery : batch) {
            waiting.put(delivery, due);
            delivery.state = Delivery.State.BACK;
        }
        hold(reader.effects.withdraw());
    }

    /** It failed, and is to be parked. */
    void park(Delivery<M> delivery) {
        Ticket ticket = reader.ticket();
        parking.put(ticket, delivery);
        delivery.state = Delivery.State.BACK;
        hold(reader.effects.withdraw());
        Bound upto = delivery.upto();
        assert upto != null;
        reader.effects.park(ticket, term.fence, upto, delivery, reader.hand.isFirst(delivery));
    }

    boolean isParking(Ticket ticket) {
        return parking.containsKey(ticket);
    }

    /** It is parked. */
    void parked(Ticket ticket) {
        Delivery<M> delivery = parking.remove(ticket);
        assert delivery != null;
        reader.effects.report(Incident.PARKED, delivery.toString());
        reader.hand.complete(delivery);
        release();
    }

    /** It could not be parked. */
    void notParked(Ticket ticket, long now) {
        Delivery<M> delivery = parking.remove(ticket);
        assert delivery != null;
        again(List.of(delivery), now);
    }

    void tick(long now) {
        for (Delivery<M> each : List.copyOf(waiting.keySet())) {
            Long due = waiting.get(each);
            if (due != null && now - due >= 0) {
                waiting.remove(each);
                out(each);
            }
        }
        release();
    }

    private void release() {
        if (!isHolding() && !held.isEmpty()) {
            List<Delivery<M>> all = new ArrayList<>(held.values());
            held.clear();
            all.forEach(this::out);
        }
    }

    private void out(Delivery<M> delivery) {
        delivery.state = Delivery.State.OUT;
        reader.effects.deliver(delivery);
    }

    /** Time until the next one is due, nanoseconds. */
    long waitNanos(long now) {
        return waiting.values().stream().mapToLong(due -> Math.max(0, due - now)).min().orElse(Reader.NEVER);
    }

    /** The leadership ends: what waits here is for the next one. */
    void end() {
        waiting.clear();
        parking.clear();
        held.clear();
    }
}
