package io.github.pgpubsub.camel;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.camel.management.ManagedComponent;
import io.github.pgpubsub.camel.management.ManagedConsumer;
import io.github.pgpubsub.camel.management.Metering;
import io.github.pgpubsub.camel.management.PgPubSubConsumerHealthCheck;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.PollingConsumer;
import org.apache.camel.PollingConsumerPollingStrategy;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives a channel's messages for a route. This class is the consumer's lifecycle in Camel. {@link Listenings} opens and ends
 * the subscriptions, {@link RouteHandler} turns messages into exchanges, which {@link Exchanges} passes to the route,
 * {@link ConsumerReports} reports failures and events, and {@link ManagedConsumer} is the view in JMX. For kept channels
 * {@link PgPubSubKeptConsumer} replaces what differs.
 */
@ManagedResource(description = "Managed PostgreSQL Pub/Sub consumer")
public class PgPubSubConsumer extends DefaultConsumer implements Suspendable, ShutdownAware, ManagedConsumer,
        PollingConsumerPollingStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    /** How long reading a JMX attribute may take. */
    private static final Duration A_MOMENT = Duration.ofMillis(500);
    /** How long a JMX operation may take. */
    private static final Duration AN_ANSWER = Duration.ofSeconds(3);
    /**
     * A route policy that suspends from within an exchange often resumes right after the next one: then nothing has been
     * missed.
     */
    private static final Duration GRACE = Duration.ofSeconds(1);
    /** Drain timeout of a polled consumer: nobody polls after the stop, so waiting longer is useless. */
    private static final Duration UNPOLLED = Duration.ofMillis(100);

    private final PgPubSubEndpoint endpoint;
    private final GroupQuestions questions;
    private final ConsumerReports reports;
    private final Exchanges exchanges;
    private final Listenings listenings;
    private final Polled polled;
    private final TableWatch tableWatch;
    private @Nullable AutoCloseable meters;

    /** Passes {@code this} to its parts, which do nothing before the start. */
    @SuppressWarnings("this-escape")
    public PgPubSubConsumer(PgPubSubEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.questions = new GroupQuestions(
                task -> endpoint.getCamelContext().getExecutorServiceManager().newThread("pgpubsub members", task));
        this.reports = new ConsumerReports(this);
        this.exchanges = new Exchanges(this);
        this.listenings = new Listenings(this::open, exchanges, endpoint.getCamelContext(), endpoint.getChannel(),
                reports::failed, reports::gaveUp);
        this.polled = new Polled(this, listenings, reports);
        this.tableWatch = new TableWatch(endpoint, reports);
        setExceptionHandler(new QuietFailures(endpoint.getCamelContext()));
    }

    // ---- lifecycle

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        if (configuration.isFiltered() && configuration.isSingleListener()) {
            LOG.info("Channel {}: with filtered=true and a single listener, messages that this CamelContext sends while it is the"
                    + " listener reach no member of group {}", endpoint.getChannel(), configuration.getGroup());
        }
        tableWatch.begin();
        begin();
        AbstractHealthCheck check = healthCheck();
        check.setEnabled(endpoint.getComponent().isHealthCheckConsumerEnabled());
        setHealthCheck(check);
        endpoint.getComponent().add(this);
        meters = meters();
    }

    private void begin() throws Exception {
        boolean begun = false;
        try {
            listenings.begin();
            begun = true;
        } finally {
            if (!begun) {
                // Camel does not stop a service whose resuming has failed before it starts or removes it.
                withdraw();
            }
        }
    }

    AbstractHealthCheck healthCheck() {
        return new PgPubSubConsumerHealthCheck(this);
    }

    AutoCloseable meters() {
        return Metering.ofConsumer(endpoint.getCamelContext(), this);
    }

    @Override
    protected void doResume() throws Exception {
        begin();
    }

    @Override
    protected void doSuspend() {
        boolean isLast = endpoint.getCamelContext().isStopping();
        if (isLast && (getRoute() == null || getRoute().getStartupOrder() == null)) {
            endpoint.getComponent().jointStop().leave(listenings, endpoint.getComponent()::haveAllLeft);
        } else {
            CompletableFuture<Void> unused = listenings.suspend(isLast ? Duration.ZERO : GRACE);
        }
    }

    /** Whether the current subscription, if there was one, is ending or has ended. */
    boolean hasLeft() {
        return listenings.subscription() == null;
    }

    @Override
    protected void doStop() throws Exception {
        withdraw();
        CompletableFuture<Void> end = listenings.end();
        if (end.isDone()) {
            letGo();
        } else {
            // The route is needed until all messages taken in are processed.
            listenings.afterwards(end, this::letGo);
        }
    }

    /** Shows no figures any more, and watches no table. */
    private void withdraw() throws Exception {
        endpoint.getComponent().remove(this);
        tableWatch.end();
        if (meters != null) {
            meters.close();
            meters = null;
        }
        questions.close();
    }

    private void letGo() throws Exception {
        tellUnpolled();
        super.doStop();
    }

    void tellUnpolled() {
        polled.tellLost();
    }

    /** Its session does not try to connect any more. */
    void gaveUp() {
        if (getProcessor() instanceof PollingConsumer) {
            polled.gaveUp();
        }
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /**
     * Makes Camel wait for the messages taken in, up to its shutdown timeout. While the context stops, this method itself waits for an end
     * that has begun: Camel looks only once a second.
     */
    @Override
    public int getPendingExchangesSize() {
        if (endpoint.getCamelContext().isStopping()) {
            listenings.awaitEnd();
        }
        return listenings.pending();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {}

    // ---- polling, instead of a route

    @Override
    public void onInit() {
        start();
    }

    @Override
    public long beforePoll(long timeout) throws Exception {
        polled.beforePoll();
        return timeout;
    }

    @Override
    public void afterPoll() {
        // Nothing to release.
    }

    private void leaveUnpolled() {
        polled.leave();
    }

    // ---- subscription

    /** Subscribes. May block. */
    Listening open() throws Exception {
        reports.ended();
        JointStart jointStart = endpoint.getComponent().jointStart();
        boolean together = jointStart.includes(this);
        SubscriptionOptions options = options(!together);
        CompletableFuture<Void> formerEnd = listenings.formerEnd();
        return Listening.begin(endpoint, pubSub -> {
            RouteHandler handler = new RouteHandler(this, exchanges, WholePayloads.begin(endpoint, pubSub), reports,
                    formerEnd, this::leaveUnpolled);
            Subscription begun = endpoint.getConfiguration().isBatching()
                    ? pubSub.subscribeToBatches(options, handler, reports)
                    : pubSub.subscribe(options, handler, reports);
            if (together) {
                jointStart.await(begun);
            }
            reports.begun(begun);
            endpoint.lookForGroups(pubSub);
            return begun;
        });
    }

    /** Whether a new subscription tells the gap since the former one was left. */
    boolean tellsGaps() {
        return !endpoint.getConfiguration().isSingleListener();
    }

    /** Null while the consumer does not listen. */
    @Nullable
    Subscription subscription() {
        return listenings.subscription();
    }

    Exchanges exchanges() {
        return exchanges;
    }

    ConsumerReports reports() {
        return reports;
    }

    private SubscriptionOptions options(boolean awaitStart) {
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        return SubscriptionOptions.to(endpoint.getChannel())
                .name(name())
                .singleListener(configuration.isSingleListener())
                .group(configuration.getGroup())
                .filtered(configuration.isFiltered())
                .acquireInterval(Duration.ofMillis(configuration.getAcquireInterval()))
                .leaderTimeout(Duration.ofMillis(configuration.getLeaderTimeout()))
                .standbyBuffer(configuration.getStandbyBuffer())
                .queueSize(configuration.getQueueSize())
                .overflow(configuration.getOverflow())
                .memory(endpoint.memory())
                .concurrency(configuration.getConcurrentConsumers())
                .batch(configuration.getBatchSize(), Duration.ofMillis(configuration.getBatchTimeout()))
                .drainTimeout(drainTimeout())
                .awaitStart(awaitStart)
                .missedSince(listenings.leftAt())
                .build();
    }

    /** The consumer's name in logs. */
    String name() {
        return (getRouteId() == null ? "Channel " : "Route " + getRouteId() + ", channel ") + endpoint.getChannel();
    }

    /** Less than Camel's shutdown timeout, which leaves time to hand over unfinished messages. */
    Duration drainTimeout() {
        if (getProcessor() instanceof PollingConsumer) {
            return UNPOLLED;
        }
        ShutdownStrategy shutdown = endpoint.getCamelContext().getShutdownStrategy();
        return Duration.ofMillis(Math.min(Range.DURATION.most(), shutdown.getTimeUnit().toMillis(shutdown.getTimeout())) * 4 / 5);
    }

    // ---- for operators

    @Override
    public PgPubSubEndpoint getEndpoint() {
        return endpoint;
    }

    @Override
    public String getChannel() {
        return endpoint.getChannel();
    }

    @Override
    public String getGroup() {
        return endpoint.getConfiguration().isSingleListener() ? endpoint.getConfiguration().getGroup() : "";
    }

    @Override
    public boolean isReceiving() {
        Subscription current = listenings.subscription();
        return current != null && current.isReceiving();
    }

    @Override
    public @Nullable SubscriptionStatus status() {
        Subscription current = listenings.subscription();
        return current == null ? null : current.status();
    }

    @Override
    public String getLeaderName() {
        Subscription current = listenings.subscription();
        return current == null ? "" : questions.leaderName(current, getLeader(), A_MOMENT);
    }

    @Override
    public int getContextLocks() {
        return ManagedComponent.locks(endpoint.getCamelContext());
    }

    @Override
    public List<GroupMember> members() {
        Subscription current = listenings.subscription();
        return current == null || getGroup().isEmpty() ? List.of() : questions.members(current, A_MOMENT);
    }

    @Override
    public List<String> listMembers() {
        Subscription current = listenings.subscription();
        return current == null ? List.of() : questions.list(current, AN_ANSWER);
    }
}
