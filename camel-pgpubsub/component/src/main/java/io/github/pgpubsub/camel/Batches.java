package io.github.pgpubsub.camel;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/**
 * Makes the exchanges within a batch. They come from no pool and go back to none: a route may keep them as long as it likes, also
 * after the batch's own exchange has ended. Thread-safe.
 */
final class Batches {

    private final PgPubSubConsumer consumer;

    /** Makes an exchange of a message. */
    interface Filling<M> {

        void fill(Exchange exchange, M message) throws Exception;
    }

    /** Decides on a message that can't become an exchange, by returning, which leaves it out, or by throwing, which fails the batch. */
    interface Unreadable<M> {

        void decide(Exchange exchange, M message, Exception failure) throws Exception;
    }

    Batches(PgPubSubConsumer consumer) {
        this.consumer = consumer;
    }

    /** @return a list for the route; what becomes of the messages does not depend on what it does with the list */
    <M> List<Exchange> exchanges(List<? extends M> messages, Filling<M> filling, Unreadable<M> unreadable) throws Exception {
        List<Exchange> exchanges = new ArrayList<>(messages.size());
        for (M message : messages) {
            Exchange exchange = DefaultExchange.newFromEndpoint(consumer.getEndpoint());
            exchange.getExchangeExtension().setFromRouteId(consumer.getRouteId());
            try {
                filling.fill(exchange, message);
                exchanges.add(exchange);
            } catch (InterruptedException e) {
                // The consumer's end, and no fault of the message.
                throw e;
            } catch (Exception e) {
                unreadable.decide(exchange, message, e);
            }
        }
        return exchanges;
    }
}
