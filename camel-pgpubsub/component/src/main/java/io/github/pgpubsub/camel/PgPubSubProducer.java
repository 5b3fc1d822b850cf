package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.PublishCallback;
import io.github.pgpubsub.camel.management.ManagedProducer;
import io.github.pgpubsub.camel.management.PgPubSubProducerHealthCheck;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Duration;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;

/** Sends bodies as notifications or as kept messages. An exchange completes once its message is committed. */
@ManagedResource(description = "Managed PostgreSQL Pub/Sub producer")
public class PgPubSubProducer extends DefaultAsyncProducer implements ManagedProducer {

    private final PgPubSubEndpoint endpoint;
    private final Duration sendTimeout;
    private final AsyncProcessor whereTheCallerWaits = new AsyncProcessorSupport() {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            return PgPubSubProducer.this.process(exchange, callback, true);
        }
    };
    private @Nullable PgPubSub pubSub;
    private volatile @Nullable Sending sending;
    private @Nullable WritableHealthCheckRepository healthChecks;
    private @Nullable PgPubSubProducerHealthCheck healthCheck;

    public PgPubSubProducer(PgPubSubEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.sendTimeout = Duration.ofMillis(endpoint.getConfiguration().getSendTimeout());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        pubSub = endpoint.retainForPublishing();
        try {
            Sending begun = sending(pubSub);
            begun.start();
            sending = begun;
        } catch (Exception e) {
            release();
            throw e;
        }
        registerHealthCheck();
    }

    private Sending sending(PgPubSub shared) {
        return endpoint.getConfiguration().isDurable() ? new KeptSending(endpoint, endpoint.log(shared))
                : new NotificationSending(endpoint, shared);
    }

    private void registerHealthCheck() {
        healthChecks = HealthCheckHelper.getHealthCheckRepository(endpoint.getCamelContext(), "producers",
                WritableHealthCheckRepository.class);
        if (healthChecks != null) {
            healthCheck = new PgPubSubProducerHealthCheck(this, getEndpoint().getId());
            healthCheck.setEnabled(endpoint.getComponent().isHealthCheckProducerEnabled());
            healthChecks.addHealthCheck(healthCheck);
        }
    }

    @Override
    protected void doStop() throws Exception {
        if (healthCheck != null) {
            assert healthChecks != null;
            healthChecks.removeHealthCheck(healthCheck);
            healthCheck = null;
        }
        release();
        super.doStop();
    }

    private void release() {
        sending = null;
        if (pubSub != null) {
            endpoint.releasePubSub(pubSub);
            pubSub = null;
        }
    }

    /** For callers whose thread waits, such as exchanges in a transaction. */
    @Override
    public void process(Exchange exchange) {
        PluginHelper.getAsyncProcessorAwaitManager(endpoint.getCamelContext()).process(whereTheCallerWaits, exchange);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        return process(exchange, callback, AwaitedExchanges.isAwaitedHere(exchange));
    }

    /** @param waits whether the calling thread will wait for the callback in any case, so that it may commit */
    private boolean process(Exchange exchange, AsyncCallback callback, boolean waits) {
        try {
            Sending current = sending;
            if (current == null) {
                throw stopped(endpoint);
            }
            PublishCallback done = failure -> {
                try {
                    if (failure != null) {
                        exchange.setException(failure);
                    }
                } finally {
                    // Whatever fails, the exchange ends: its caller waits for it.
                    callback.done(false);
                }
            };
            if (!waits) {
                current.send(exchange, sendTimeout, done);
                return false;
            } else if (!current.sendHere(exchange, sendTimeout, done)) {
                return false;
            }
        } catch (Throwable e) {
            // Errors too, such as OutOfMemoryError: the exchange must end, because callers wait for it.
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    /** The failure of a send through a producer that is not started, or is stopped. */
    static IllegalStateException stopped(PgPubSubEndpoint endpoint) {
        return new IllegalStateException("Not sent: the producer of channel " + endpoint.getChannel() + " is stopped");
    }

    @Override
    public PgPubSubEndpoint getEndpoint() {
        return endpoint;
    }

    // ---- for operators; the connection is shared by all producers with equal connection options

    @Override
    public String getChannel() {
        return endpoint.getChannel();
    }

    @Override
    public @Nullable PublisherStatus status() {
        Sending current = sending;
        return current == null ? null : current.status();
    }

    @ManagedAttribute(description = "Whether the publishing connection is open")
    public boolean isConnected() {
        return read(PublisherStatus::connected, false);
    }

    @ManagedAttribute(description = "Process id of the publishing backend; 0: none")
    public int getBackend() {
        return read(PublisherStatus::backend, 0);
    }

    @ManagedAttribute(description = "Notifications waiting to be sent")
    public int getQueued() {
        return read(PublisherStatus::queued, 0);
    }

    @ManagedAttribute(description = "Notifications committed")
    public long getCommitted() {
        return read(PublisherStatus::committed, 0L);
    }

    @ManagedAttribute(description = "Notifications that were not committed, or whose outcome is unknown")
    public long getFailed() {
        return read(PublisherStatus::failed, 0L);
    }

    @ManagedAttribute(description = "Mean number of notifications per commit")
    public double getMeanBatch() {
        return read(PublisherStatus::meanBatch, 0.0);
    }

    @ManagedAttribute(description = "Mean duration of a commit in microseconds")
    public long getMeanCommitMicros() {
        return read(status -> status.meanCommit().toNanos() / 1000, 0L);
    }

    @ManagedAttribute(description = "Duration of the slowest commit in microseconds")
    public long getLongestCommitMicros() {
        return read(status -> status.longestCommit().toNanos() / 1000, 0L);
    }

    @ManagedAttribute(description = "Connections opened after the first one")
    public long getReconnects() {
        return read(PublisherStatus::reconnects, 0L);
    }

    private <T> T read(Function<PublisherStatus, T> value, T otherwise) {
        PublisherStatus status = status();
        return status == null ? otherwise : value.apply(status);
    }
}
