package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptListener.Incident;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The messages of a leadership that failed and are to be delivered again or parked. While there is one, none behind it begins: the
 * group stays at it. Those that had been handed out behind it are held here, in order.
 */
final class Retries<M> {

    /** @param due when it is delivered again, unless one before it can't be, nanoseconds */
    private record Waiting<M>(Delivery<M> delivery, long due) {}

    private final Reader<M> reader;
    private final Term<M> term;
    /** By ordinal. */
    private final TreeMap<Long, Waiting<M>> waiting = new TreeMap<>();
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
            waiting.put(delivery.ordinal, new Waiting<>(delivery, due));
            delivery.state = Delivery.State.BACK;
        }
        hold(reader.effects.withdraw());
    }

    /** It failed, and is to be parked. */
    void park(Delivery<M> delivery) {
        Ticket ticket = reader.names.ticket();
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
        Delivery<M> parked = parking.remove(ticket);
        assert parked != null;
        reader.effects.report(Incident.PARKED, parked.toString());
        reader.hand.parked(parked);
        if (!isHolding()) {
            release(Long.MAX_VALUE);
        }
    }

    /** It could not be parked. */
    void notParked(Ticket ticket, long now) {
        Delivery<M> failed = parking.remove(ticket);
        assert failed != null;
        again(List.of(failed), now);
    }

    /** It could not be parked, and nothing more is handed out. */
    void notParkedAtTheEnd(Ticket ticket) {
        parking.remove(ticket);
    }

    /** In order, up to the first one that is not due or is being parked. */
    void tick(long now) {
        if (isHolding() || !held.isEmpty()) {
            long first = firstParking();
            for (Waiting<M> each : waiting.values()) {
                if (now - each.due < 0) {
                    first = Math.min(first, each.delivery.ordinal);
                    break;
                }
            }
            release(first);
        }
    }

    private long firstParking() {
        return parking.values().stream().mapToLong(each -> each.ordinal).min().orElse(Long.MAX_VALUE);
    }

    private void release(long before) {
        TreeMap<Long, Delivery<M>> free = new TreeMap<>(held.headMap(before));
        held.headMap(before).clear();
        SortedMap<Long, Waiting<M>> due = waiting.headMap(before);
        due.values().forEach(each -> free.put(each.delivery.ordinal, each.delivery));
        due.clear();
        free.values().forEach(this::out);
    }

    private void out(Delivery<M> delivery) {
        delivery.state = Delivery.State.OUT;
        reader.effects.deliver(delivery);
    }

    /** Time until the first one is due, nanoseconds; behind one that is being parked it waits for that answer. */
    long waitNanos(long now) {
        Map.Entry<Long, Waiting<M>> first = waiting.firstEntry();
        return first == null || firstParking() < first.getKey() ? Reader.NEVER : Math.max(0, first.getValue().due - now);
    }

    /** Nothing more is handed out: what waits here is for the next leadership. What is being parked may still get its answer. */
    void end() {
        waiting.clear();
        held.clear();
    }
}
