package io.github.pgpubsub.camel;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.camel.management.ManagedKeptConsumer;
import io.github.pgpubsub.camel.management.Metering;
import io.github.pgpubsub.camel.management.PgPubSubKeptConsumerHealthCheck;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.KeptGroup;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.KeptSubscription;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.ShardStatus;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Processor;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.jspecify.annotations.Nullable;

/**
 * Receives a kept channel's messages for a route. {@link KeptRouteHandler} turns messages into exchanges, {@link KeptReports} reports
 * incidents, {@link LogQuestions} answers operators; the lifecycle is the plain consumer's.
 */
@ManagedResource(description = "Managed PostgreSQL Pub/Sub consumer of a kept channel")
public class PgPubSubKeptConsumer extends PgPubSubConsumer implements ManagedKeptConsumer {

    /** How long reading a JMX attribute, a detail of the health check or a meter may take. */
    private static final Duration A_MOMENT = Duration.ofMillis(500);
    /** How long a JMX operation may take. */
    private static final Duration AN_ANSWER = Duration.ofSeconds(10);

    private final LogQuestions questions;

    public PgPubSubKeptConsumer(PgPubSubEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.questions = new LogQuestions(endpoint,
                task -> endpoint.getCamelContext().getExecutorServiceManager().newThread("pgpubsub log", task));
    }

    @Override
    Listening open() throws Exception {
        reports().ended();
        PgPubSubConfiguration configuration = getEndpoint().getConfiguration();
        ConsumerTransactions transactions = configuration.getAckMode() == AckMode.transaction ? getEndpoint().transactions()
                : null;
        KeptRouteHandler handler = new KeptRouteHandler(this, exchanges(), reports(), transactions);
        KeptOptions options = options(configuration, transactions);
        KeptReports listener = new KeptReports(this, reports());
        return Listening.begin(getEndpoint(), pubSub -> {
            KeptMessages log = getEndpoint().log(pubSub);
            Subscription begun = configuration.isBatching() ? log.subscribeToBatches(options, handler, listener)
                    : log.subscribe(options, handler, listener);
            reports().begun(begun);
            getEndpoint().lookForPlainListener(pubSub);
            return begun;
        });
    }

    @Override
    boolean tellsGaps() {
        return false;
    }

    private KeptOptions options(PgPubSubConfiguration configuration, @Nullable ConsumerTransactions transactions) {
        return KeptOptions.to(getChannel())
                .name(name())
                .singleListener(configuration.isSingleListener())
                .group(configuration.getGroup())
                .shards(configuration.isSingleListener() ? configuration.getShards() : 1)
                .filtered(configuration.isFiltered())
                .startFrom(StartFrom.parse(configuration.getStartFrom()))
                .ackMode(configuration.getAckMode())
                .transactions(transactions)
                .onError(configuration.getOnError())
                .retry(Duration.ofMillis(configuration.getRetryDelay()), Duration.ofMillis(configuration.getRetryMaxDelay()),
                        configuration.getRetryLimit())
                .wakeUp(configuration.isWakeUp())
                .pollInterval(Duration.ofMillis(configuration.getPollInterval()))
                .acquireInterval(Duration.ofMillis(configuration.getAcquireInterval()))
                .leaderTimeout(Duration.ofMillis(configuration.getLeaderTimeout()))
                .queueSize(configuration.getQueueSize())
                .memory(getEndpoint().memory())
                .concurrency(configuration.getConcurrentConsumers())
                .batch(configuration.getBatchSize(), Duration.ofMillis(configuration.getBatchTimeout()))
                .drainTimeout(drainTimeout())
                .build();
    }

    @Override
    AbstractHealthCheck healthCheck() {
        return new PgPubSubKeptConsumerHealthCheck(this);
    }

    @Override
    AutoCloseable meters() {
        return Metering.ofKeptConsumer(getEndpoint().getCamelContext(), this);
    }

    /** Messages in Camel's queue are not complete, so they come again. */
    @Override
    void tellUnpolled() {}

    // ---- for operators

    @Override
    public @Nullable KeptStatus keptStatus() {
        Subscription current = subscription();
        return current instanceof KeptSubscription kept ? kept.keptStatus() : null;
    }

    @Override
    public List<ShardStatus> shards() {
        Subscription current = subscription();
        return current instanceof KeptSubscription kept ? kept.shards() : List.of();
    }

    @Override
    public @Nullable List<KeptGroup> standing() {
        List<KeptGroup> groups = getGroup().isEmpty() ? null : questions.groups(A_MOMENT);
        return groups == null ? null : groups.stream().filter(each -> each.group().equals(getGroup())).toList();
    }

    @Override
    public List<String> listGroups() {
        return questions.ask(log -> log.groups(getChannel()), AN_ANSWER).stream().map(PgPubSubKeptConsumer::line).toList();
    }

    private static String line(KeptGroup group) {
        return group.group() + (group.shards() > 1 ? " shard " + group.shard() + " of " + group.shards() : "")
                + ": lag " + group.lag() + " (" + group.behind().toSeconds() + " s), parked " + group.parked() + ", missed "
                + group.missed() + ", epoch " + group.epoch() + ", leader " + (group.leader() == null ? "none" : group.leader());
    }

    @Override
    public long requeue(String messageId) {
        return questions.ask(log -> log.requeue(getChannel(), ownGroup(), messageId), AN_ANSWER);
    }

    @Override
    public long requeueAll() {
        return questions.ask(log -> log.requeue(getChannel(), ownGroup(), null), AN_ANSWER);
    }

    @Override
    public void seek(String start) {
        StartFrom place = StartFrom.parse(start);
        boolean unused = questions.ask(log -> {
            log.seek(getChannel(), ownGroup(), place);
            return true;
        }, AN_ANSWER);
    }

    @Override
    public boolean dropGroup(String group) {
        return questions.ask(log -> log.dropGroup(getChannel(), group), AN_ANSWER);
    }

    private String ownGroup() {
        if (getGroup().isEmpty()) {
            throw new IllegalStateException("With singleListener=false a consumer has no group");
        }
        return getGroup();
    }
}
