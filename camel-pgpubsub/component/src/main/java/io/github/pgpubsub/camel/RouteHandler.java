package io.github.pgpubsub.camel;

import io.github.pgpubsub.BatchHandler;
import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.PollingConsumer;

/** Turns each message, or each batch, of a plain channel into an exchange. Called by the subscription's threads. */
final class RouteHandler implements MessageHandler, BatchHandler {

    private static final String MESSAGE = "message";
    private static final String BATCH = "batch";

    private final PgPubSubConsumer consumer;
    private final Exchanges exchanges;
    private final Batches batches;
    private final WholePayloads payloads;
    private final PayloadCodec codec;
    private final TravellingHeaders headers;
    private final ConsumerReports reports;
    private final CountDownLatch formerEnd = new CountDownLatch(1);
    private final Runnable unpolled;
    private final String channel;

    /**
     * @param formerEnd the end of the consumer's former subscription: its messages come first
     * @param unpolled  runs when Camel has discarded a message because nobody polled in time
     */
    RouteHandler(PgPubSubConsumer consumer, Exchanges exchanges, WholePayloads payloads, ConsumerReports reports,
            CompletableFuture<Void> formerEnd, Runnable unpolled) {
        this.consumer = consumer;
        this.exchanges = exchanges;
        this.batches = new Batches(consumer);
        this.payloads = payloads;
        this.codec = new PayloadCodec(consumer.getEndpoint().getConfiguration());
        this.headers = new TravellingHeaders(consumer.getEndpoint().getConfiguration().getHeaderFilterStrategy());
        this.reports = reports;
        CompletableFuture<Void> unused = formerEnd.whenComplete((none, failure) -> this.formerEnd.countDown());
        this.unpolled = unpolled;
        this.channel = consumer.getEndpoint().getChannel();
    }

    @Override
    public void handle(Message message) {
        if (message instanceof Message.Gap gap && !isWanted(gap)) {
            return;
        }
        pass(exchange -> fill(exchange, message), MESSAGE);
    }

    /** A gap is an exchange of its own, also between batches. */
    @Override
    public void gap(Message.Gap gap) {
        handle(gap);
    }

    @Override
    public void handle(List<Message.Notification> batch) throws Exception {
        List<Exchange> inner;
        try {
            inner = batches.<Message>exchanges(batch, this::fill,
                    (exchange, message, failure) -> reports.report(failed(MESSAGE), exchange, failure));
        } catch (InterruptedException e) {
            interrupted(BATCH, e);
            return;
        }
        if (!inner.isEmpty()) {
            pass(exchange -> fill(exchange, batch, inner), BATCH);
        }
    }

    private void pass(Exchanges.Filling filling, String what) {
        try {
            exchanges.await(formerEnd);
            boolean[] nobodyPolled = new boolean[1];
            exchanges.pass(filling, exchange -> nobodyPolled[0] = ended(exchange, what));
            if (nobodyPolled[0]) {
                unpolled.run();
            }
        } catch (InterruptedException e) {
            // The exchange still belongs to the thread that continues it, so it is neither failed nor released here.
            interrupted(what, e);
        }
    }

    private void interrupted(String what, InterruptedException e) {
        reports.report("The shutdown timeout ended before a " + what + " of channel " + channel + " was processed", null, e);
        Thread.currentThread().interrupt();
    }

    private boolean isWanted(Message.Gap gap) {
        if (!gap.first()) {
            reports.gap(gap.missed().toMillis());
        }
        return consumer.getEndpoint().getConfiguration().getGapMarker().marks(gap);
    }

    private void fill(Exchange exchange, Message message) throws Exception {
        PayloadCodec.Content content = message instanceof Message.Notification notification
                ? codec.decode(payloads.of(notification))
                : new PayloadCodec.Content(null, null);
        exchange.setIn(new PgPubSubMessage(consumer.getEndpoint().getCamelContext(), message, content.event(), headers));
        exchange.getIn().setBody(content.body());
    }

    private static void fill(Exchange exchange, List<Message.Notification> batch, List<Exchange> inner) {
        exchange.getIn().setHeader(PgPubSubConstants.CHANNEL, batch.get(0).channel());
        if (batch.stream().anyMatch(Message.Notification::redelivered)) {
            exchange.getIn().setHeader(PgPubSubConstants.REDELIVERED, true);
        }
        exchange.getIn().setBody(inner);
    }

    private String failed(String what) {
        return "A " + what + " of channel " + channel + " failed";
    }

    /** Whether Camel has discarded the exchange because nobody polled. */
    private boolean ended(Exchange exchange, String what) {
        if (exchange.getException() != null) {
            reports.report(failed(what), exchange, exchange.getException());
        }
        return consumer.getProcessor() instanceof PollingConsumer
                && exchange.getException() instanceof ExchangeTimedOutException;
    }
}
