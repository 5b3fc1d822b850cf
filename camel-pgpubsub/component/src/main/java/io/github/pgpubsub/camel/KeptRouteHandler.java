package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptBatchHandler;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptMessage;
import io.github.pgpubsub.kept.OnError;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Message;
import org.apache.camel.PollingConsumer;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Turns each message, or each batch, of a kept channel into an exchange, and throws what Camel's error handler leaves, so that {@code onError} applies.
 * Called by the subscription's threads.
 */
final class KeptRouteHandler implements KeptHandler, KeptBatchHandler {

    /** Serialization failure: the server asks for another try, and the engine makes it. */
    private static final String TRY_AGAIN = "40001";

    private final PgPubSubConsumer consumer;
    private final Exchanges exchanges;
    private final Batches batches;
    private final ConsumerReports reports;
    private final KeptCodec codec;
    private final TravellingHeaders headers;
    private final AckMode ackMode;
    private final OnError onError;
    private final GapMarker gapMarker;
    private final boolean polled;
    /** In reports. */
    private final String what;
    /** Null: another ackMode. */
    private final @Nullable ConsumerTransactions transactions;

    KeptRouteHandler(PgPubSubConsumer consumer, Exchanges exchanges, ConsumerReports reports,
            @Nullable ConsumerTransactions transactions) {
        PgPubSubConfiguration configuration = consumer.getEndpoint().getConfiguration();
        this.consumer = consumer;
        this.exchanges = exchanges;
        this.batches = new Batches(consumer);
        this.reports = reports;
        this.codec = new KeptCodec(configuration);
        this.headers = new TravellingHeaders(configuration.getHeaderFilterStrategy());
        this.ackMode = configuration.getAckMode();
        this.onError = configuration.getOnError();
        this.gapMarker = configuration.getGapMarker();
        this.polled = consumer.getProcessor() instanceof PollingConsumer;
        this.what = configuration.isBatching() ? "a batch" : "a message";
        this.transactions = transactions;
    }

    @Override
    public void handle(KeptMessage message) throws Exception {
        passOrFail(exchange -> fill(exchange, message));
    }

    @Override
    public void handle(List<KeptMessage> batch) throws Exception {
        List<Exchange> inner = batches.exchanges(batch, this::fill, this::unreadable);
        if (!inner.isEmpty()) {
            passOrFail(exchange -> fill(exchange, batch, inner));
        }
    }

    private void fill(Exchange exchange, KeptMessage message) throws JsonPayloadException {
        CamelContext context = consumer.getEndpoint().getCamelContext();
        PayloadCodec.Content content = codec.decode(message);
        exchange.setIn(new KeptExchangeMessage(context, message, content.event(), headers, ackMode == AckMode.manual));
        exchange.getIn().setBody(content.body());
    }

    private void fill(Exchange exchange, List<KeptMessage> batch, List<Exchange> inner) {
        Message message = exchange.getIn();
        message.setHeader(PgPubSubConstants.CHANNEL, consumer.getChannel());
        message.setHeader(PgPubSubConstants.EPOCH, batch.get(0).epoch());
        message.setHeader(PgPubSubConstants.SHARD, batch.get(0).shard());
        if (batch.stream().anyMatch(KeptMessage::redelivered)) {
            message.setHeader(PgPubSubConstants.REDELIVERED, true);
        }
        if (ackMode == AckMode.manual) {
            message.setHeader(PgPubSubConstants.ACK, new PgPubSubAck(batch));
        }
        message.setBody(inner);
    }

    /** With skip it alone is skipped. Otherwise it is not to be lost, and so fails its batch. */
    private void unreadable(Exchange exchange, KeptMessage message, Exception failure) throws FailedExchange {
        reports.report("A message of channel " + consumer.getChannel() + " failed", exchange, failure);
        if (onError != OnError.skip) {
            throw new FailedExchange(failure);
        }
        if (ackMode == AckMode.manual) {
            message.acknowledge();
        }
    }

    private void passOrFail(Exchanges.Filling filling) throws Exception {
        try {
            pass(filling);
        } catch (InterruptedException e) {
            // The exchange still belongs to the thread that continues it. The message is not complete, so it comes again.
            if (!polled) {
                reports.report("The shutdown timeout ended before " + what + " of channel " + consumer.getChannel()
                        + " was processed, so it is delivered again", null, e);
            }
            throw new FailedExchange(e);
        }
    }

    private void pass(Exchanges.Filling filling) throws Exception {
        if (polled && ackMode != AckMode.manual) {
            awaitPolled(filling);
        } else {
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            if (transactions != null) {
                exchanges.passOnThisThread(filling, exchange -> failure.set(ended(exchange, transactions)));
            } else {
                exchanges.pass(filling, exchange -> failure.set(ended(exchange, null)));
            }
            throwUnlessNull(failure.get());
        }
    }

    /** The marker is no message of the log, so it is in no transaction. */
    @Override
    public void gap(long missed) throws Exception {
        if (!gapMarker.marksMissed()) {
            return;
        }
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        exchanges.pass(exchange -> {
            exchange.getIn().setHeader(PgPubSubConstants.CHANNEL, consumer.getChannel());
            exchange.getIn().setHeader(PgPubSubConstants.MISSED, missed);
        }, exchange -> failure.set(ended(exchange, null)));
        throwUnlessNull(failure.get());
    }

    private static void throwUnlessNull(@Nullable Throwable failure) throws FailedExchange {
        if (failure != null) {
            throw new FailedExchange(failure);
        }
    }

    /** @return what Camel's error handler has left; null: the exchange succeeded */
    private @Nullable Throwable ended(Exchange exchange, @Nullable ConsumerTransactions within) {
        Throwable failure = failure(exchange);
        if (failure == null && within != null && within.isRollbackOnly()) {
            failure = new IllegalStateException("The route has marked the transaction for rollback");
        }
        if (failure != null && (within == null || !isTryAgain(failure))) {
            reports.report("A" + what.substring(1) + " of channel " + consumer.getChannel() + " failed", exchange, failure);
        }
        return failure;
    }

    private static @Nullable Throwable failure(Exchange exchange) {
        return exchange.getException() == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())
                ? new RollbackExchangeException("The route has marked the exchange for rollback", exchange)
                : exchange.getException();
    }

    private static boolean isTryAgain(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException e && TRY_AGAIN.equals(e.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    // ---- polling, instead of a route

    /**
     * Waits until the exchange that was polled is done. So the message is complete when {@code pollEnrich}'s own exchange has succeeded,
     * or the template's caller has its body, and what lies in Camel's queue at a stop is not lost.
     */
    private void awaitPolled(Exchanges.Filling filling) throws Exception {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        AtomicBoolean unpolled = new AtomicBoolean();
        do {
            CountDownLatch done = new CountDownLatch(1);
            failure.set(null);
            unpolled.set(false);
            exchanges.pass(exchange -> {
                exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                    @Override
                    public void onComplete(Exchange completed) {
                        failure.set(failure(completed));
                        done.countDown();
                    }

                    @Override
                    public void onFailure(Exchange failed) {
                        failure.set(failed.getException() != null ? failed.getException()
                                : new IllegalStateException("The exchange has failed"));
                        done.countDown();
                    }
                });
                filling.fill(exchange);
            }, exchange -> {
                if (exchange.getException() != null) {
                    failure.set(exchange.getException());
                    // Only here: the caller's exchange may fail by a timeout of its own.
                    unpolled.set(exchange.getException() instanceof ExchangeTimedOutException);
                    done.countDown();
                }
            });
            exchanges.await(done);
        } while (unpolled.get() && !exchanges.isEnding());
        if (failure.get() != null) {
            reports.report("A" + what.substring(1) + " of channel " + consumer.getChannel() + " failed", null, failure.get());
        }
        throwUnlessNull(failure.get());
    }
}
