package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.PollingConsumer;

/** Turns each message of a plain channel into an exchange. Called by the subscription's threads. */
final class RouteHandler implements MessageHandler {

    private final PgPubSubConsumer consumer;
    private final Exchanges exchanges;
    private final WholePayloads payloads;
    private final PayloadCodec codec;
    private final ConsumerReports reports;
    private final Runnable unpolled;

    /** @param unpolled runs when Camel has discarded a message because nobody polled in time */
    RouteHandler(PgPubSubConsumer consumer, Exchanges exchanges, WholePayloads payloads, ConsumerReports reports,
            Runnable unpolled) {
        this.consumer = consumer;
        this.exchanges = exchanges;
        this.payloads = payloads;
        this.codec = new PayloadCodec(consumer.getEndpoint().getConfiguration());
        this.reports = reports;
        this.unpolled = unpolled;
    }

    @Override
    public void handle(Message message) {
        if (message instanceof Message.Gap gap && !isWanted(gap)) {
            return;
        }
        try {
            boolean[] nobodyPolled = new boolean[1];
            exchanges.pass(exchange -> fill(exchange, message), exchange -> nobodyPolled[0] = ended(exchange, message));
            if (nobodyPolled[0]) {
                unpolled.run();
            }
        } catch (InterruptedException e) {
            // The exchange still belongs to the thread that continues it, so it is neither failed nor released here.
            reports.report("The shutdown timeout ended before a message of channel " + message.channel() + " was processed", null,
                    e);
            Thread.currentThread().interrupt();
        }
    }

    private boolean isWanted(Message.Gap gap) {
        if (!gap.first()) {
            reports.gap(gap.missed().toMillis());
        }
        return consumer.getEndpoint().getConfiguration().getGapMarker().marks(gap);
    }

    private void fill(Exchange exchange, Message message) throws Exception {
        exchange.setIn(new PgPubSubMessage(consumer.getEndpoint().getCamelContext(), message));
        if (message instanceof Message.Notification notification) {
            exchange.getIn().setBody(codec.decode(payloads.of(notification)));
        }
    }

    /** Whether Camel has discarded the message because nobody polled. */
    private boolean ended(Exchange exchange, Message message) {
        if (exchange.getException() != null) {
            reports.report("A message of channel " + message.channel() + " failed", exchange, exchange.getException());
        }
        return consumer.getProcessor() instanceof PollingConsumer
                && exchange.getException() instanceof ExchangeTimedOutException;
    }
}
