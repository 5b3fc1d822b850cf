package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.history.HistoryWriter;
import io.github.pgpubsub.history.Numbered;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** The exchanges that a route got, in order. */
final class Arrivals implements Processor {

    /**
     * An exchange.
     *
     * @param body null: a gap
     * @param gap  its length in milliseconds; null: a message
     */
    record Arrival(String body, Long gap, long nanoTime) {}

    private final List<Arrival> all = new ArrayList<>();
    private final HistoryWriter history;

    Arrivals() {
        this(null);
    }

    /** Bodies are numbers, and their exchanges are written into a history, too. */
    Arrivals(HistoryWriter history) {
        this.history = history;
    }

    @Override
    public void process(Exchange exchange) {
        long now = System.nanoTime();
        Message message = exchange.getMessage();
        Arrival arrival = new Arrival(message.getBody(String.class), message.getHeader(PgPubSubConstants.GAP, Long.class), now);
        if (history != null) {
            write(message, arrival);
        }
        synchronized (all) {
            all.add(arrival);
        }
    }

    private void write(Message message, Arrival arrival) {
        if (arrival.gap() != null) {
            history.gap(arrival.gap());
            return;
        }
        Numbered numbered = Numbered.ofPayload(arrival.body());
        history.begin(numbered, message.getHeader(PgPubSubConstants.REDELIVERED, false, Boolean.class),
                message.getHeader(PgPubSubConstants.MESSAGE_ID, String.class));
        history.end(numbered);
    }

    List<Arrival> all() {
        synchronized (all) {
            return List.copyOf(all);
        }
    }

    List<String> bodies() {
        return all().stream().filter(arrival -> arrival.gap() == null).map(Arrival::body).toList();
    }

    List<Arrival> gaps() {
        return all().stream().filter(arrival -> arrival.gap() != null).toList();
    }

    int size() {
        synchronized (all) {
            return all.size();
        }
    }

    void clear() {
        synchronized (all) {
            all.clear();
        }
    }

    void awaitBodies(String... bodies) {
        Application.soon(() -> assertThat(bodies()).containsExactly(bodies));
    }

    void awaitBody(String body) {
        Application.soon(() -> assertThat(bodies()).contains(body));
    }

    /** Waits until another exchange arrives. */
    void awaitMore(int more) {
        int before = size();
        Application.soon(() -> assertThat(size()).isGreaterThanOrEqualTo(before + more));
    }
}
