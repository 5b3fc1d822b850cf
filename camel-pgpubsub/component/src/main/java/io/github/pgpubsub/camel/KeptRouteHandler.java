package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptHandler;
import io.github.pgpubsub.kept.KeptMessage;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.PollingConsumer;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Turns each message of a kept channel into an exchange, and throws what Camel's error handler leaves, so that {@code onError} applies.
 * Called by the subscription's threads.
 */
final class KeptRouteHandler implements KeptHandler {

    /** Serialization failure: the server asks for another try, and the engine makes it. */
    private static final String TRY_AGAIN = "40001";

    private final PgPubSubConsumer consumer;
    private final Exchanges exchanges;
    private final ConsumerReports reports;
    private final KeptCodec codec;
    private final KeptHeaders headers;
    private final AckMode ackMode;
    private final GapMarker gapMarker;
    private final boolean polled;
    /** Null: another ackMode. */
    private final @Nullable ConsumerTransactions transactions;

    KeptRouteHandler(PgPubSubConsumer consumer, Exchanges exchanges, ConsumerReports reports,
            @Nullable ConsumerTransactions transactions) {
        PgPubSubConfiguration configuration = consumer.getEndpoint().getConfiguration();
        this.consumer = consumer;
        this.exchanges = exchanges;
        this.reports = reports;
        this.codec = new KeptCodec(configuration);
        this.headers = new KeptHeaders(configuration.getHeaderFilterStrategy());
        this.ackMode = configuration.getAckMode();
        this.gapMarker = configuration.getGapMarker();
        this.polled = consumer.getProcessor() instanceof PollingConsumer;
        this.transactions = transactions;
    }

    @Override
    public void handle(KeptMessage message) throws Exception {
        Exchanges.Filling filling = exchange -> {
            CamelContext context = consumer.getEndpoint().getCamelContext();
            exchange.setIn(new KeptExchangeMessage(context, message, headers, ackMode == AckMode.manual));
            exchange.getIn().setBody(codec.decode(message));
        };
        try {
            pass(filling);
        } catch (InterruptedException e) {
            // The exchange still belongs to the thread that continues it. The message is not complete, so it comes again.
            if (!polled) {
                reports.report("The shutdown timeout ended before a message of channel " + message.channel()
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
        Throwable failure = exchange.getException();
        if (failure == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
            failure = new RollbackExchangeException("The route has marked the exchange for rollback", exchange);
        } else if (failure == null && within != null && within.isRollbackOnly()) {
            failure = new IllegalStateException("The route has marked the transaction for rollback");
        }
        if (failure != null && (within == null || !isTryAgain(failure))) {
            reports.report("A message of channel " + consumer.getChannel() + " failed", exchange, failure);
        }
        return failure;
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
        do {
            CountDownLatch done = new CountDownLatch(1);
            failure.set(null);
            exchanges.pass(exchange -> {
                exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                    @Override
                    public void onComplete(Exchange completed) {
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
                    done.countDown();
                }
            });
            exchanges.await(done);
        } while (failure.get() instanceof ExchangeTimedOutException && !exchanges.isEnding());
        if (failure.get() != null) {
            reports.report("A message of channel " + consumer.getChannel() + " failed", null, failure.get());
        }
        throwUnlessNull(failure.get());
    }
}
