package io.github.pgpubsub.camel;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.kept.KeptMessages;
import io.github.pgpubsub.kept.WatchedTable;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.camel.AsyncEndpoint;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.PollingConsumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Send and receive messages through PostgreSQL channels (LISTEN/NOTIFY), with one active listener among many processes. With
 * durable=true messages are kept in the database until they are processed.
 */
@UriEndpoint(firstVersion = "0.1.0", scheme = "pgpubsub", title = "PostgreSQL Pub/Sub", syntax = "pgpubsub:channel",
        category = {Category.DATABASE, Category.MESSAGING}, headersClass = PgPubSubConstants.class)
@ManagedResource(description = "Managed PostgreSQL Pub/Sub endpoint")
public class PgPubSubEndpoint extends DefaultEndpoint
        implements AsyncEndpoint, EndpointServiceLocation, MultipleConsumersSupport {

    /**
     * Default of pollingConsumerBlockTimeout: how long to wait for room in the full queue of a ConsumerTemplate or pollEnrich.
     */
    private static final long UNPOLLED_MILLIS = 60_000;

    @UriPath(description = "Name of the channel, used exactly as written: 1 to 63 bytes of UTF-8.")
    @Metadata(required = true)
    private final String channel;

    @UriParam
    private final PgPubSubConfiguration configuration;

    public PgPubSubEndpoint(String uri, PgPubSubComponent component, String channel, PgPubSubConfiguration configuration) {
        super(uri, component);
        this.channel = channel;
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() {
        if (configuration.getWatchTable() != null && getComponent().getConfiguration().getWatchTable() == null) {
            throw new IllegalArgumentException("The option watchTable is for consumers: a producer watches no table");
        }
        return configuration.isTransacted() ? new PgPubSubTransactedProducer(this) : new PgPubSubProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (configuration.getBodyType() != null && configuration.getPayloadFormat() == PayloadFormat.text) {
            throw new IllegalArgumentException("The option bodyType needs payloadFormat=json or payloadFormat=cloudevents");
        }
        if (configuration.isDurable()) {
            KeptRules.checkConsumer(this, processor);
        }
        PgPubSubConsumer consumer = configuration.isDurable() ? new PgPubSubKeptConsumer(this, processor)
                : new PgPubSubConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    /** A caller that stops polling must not block the other users of its session: see {@link PgPubSubConsumer#beforePoll}. */
    @Override
    public PollingConsumer createPollingConsumer() throws Exception {
        PollingConsumer consumer = super.createPollingConsumer();
        if (consumer instanceof EventDrivenPollingConsumer queued && queued.getBlockTimeout() <= 0) {
            queued.setBlockTimeout(UNPOLLED_MILLIS);
        }
        return consumer;
    }

    @Override
    public PgPubSubComponent getComponent() {
        return (PgPubSubComponent) super.getComponent();
    }

    PgPubSub retainForPublishing() {
        return used(getComponent().pubSubs().retain(configuration, mayAutowire(), null));
    }

    PgPubSub retainForListening() {
        return used(
                getComponent().pubSubs().retain(configuration, mayAutowire(), configuration.isDedicatedSession() ? this : null));
    }

    private PgPubSub used(PgPubSub pubSub) {
        getComponent().pubSubs().kinds().used(pubSub, channel, configuration.isDurable());
        return pubSub;
    }

    /** Warns in the background if the log has groups of this plain channel's name. */
    void lookForGroups(PgPubSub pubSub) {
        pubSub.kept(getComponent().logOptions(configuration)).lookForGroups(channel,
                groups -> getComponent().pubSubs().kinds().foundGroups(channel, groups));
    }

    /** Warns in the background if another session is the single listener of the plain channel of this name. */
    void lookForPlainListener(PgPubSub pubSub) {
        log(pubSub).lookForPlainListener(channel, configuration.getGroup(),
                () -> getComponent().pubSubs().kinds().foundPlainListener(channel));
    }

    KeptMessages log(PgPubSub pubSub) {
        return getComponent().pubSubs().log(pubSub, getComponent().logOptions(configuration));
    }

    /** Asks the log on a connection that it may have to open. Blocks. */
    <T> T askLog(LogQuestions.Question<T> question) throws Exception {
        PgPubSub pubSub = retainForListening();
        try {
            return question.ask(log(pubSub));
        } finally {
            releasePubSub(pubSub);
        }
    }

    /** Has a table watched, on a connection of its own: whether there was anything to do. Blocks. */
    boolean watch(WatchedTable table) throws SQLException {
        PgPubSub pubSub = retainForListening();
        try {
            return pubSub.kept(getComponent().logOptions(configuration)).watch(table);
        } finally {
            releasePubSub(pubSub);
        }
    }

    /** The transactions of a consumer with {@code ackMode=transaction}. */
    ConsumerTransactions transactions() {
        return ConsumerTransactions.of(getCamelContext(), configuration.getTransactionManager(), mayAutowire(),
                getComponent().pubSubs().transactedDataSource("ackMode=transaction", configuration, mayAutowire()));
    }

    BufferLimit memory() {
        return getComponent().pubSubs().memory(configuration.getMaxBufferedBytes());
    }

    void releasePubSub(PgPubSub pubSub) {
        getComponent().pubSubs().kinds().unused(pubSub, channel, configuration.isDurable());
        getComponent().pubSubs().release(pubSub);
    }

    DataSource transactedDataSource() {
        return getComponent().pubSubs().transactedDataSource("transacted", configuration, mayAutowire());
    }

    /** Camel derives an endpoint's autowiredEnabled from the context and the URI, but not from the component. */
    private boolean mayAutowire() {
        return isAutowiredEnabled() && getComponent().isAutowiredEnabled();
    }

    OwnMessages ownMessages() {
        return SharedPubSubs.ownMessages(getCamelContext());
    }

    /**
     * Returns the channel to send to, and removes the override header: a later endpoint of the route must not see it. Values that are
     * not text are refused: they would name a channel that nobody listens to.
     */
    String takeChannel(Exchange exchange) {
        Object override = exchange.getMessage().removeHeader(PgPubSubConstants.OVERRIDE_CHANNEL);
        return override == null ? channel : HeaderText.of(PgPubSubConstants.OVERRIDE_CHANNEL, override);
    }

    /** Hosts, ports and database, {@code localhost:5432/app}; no user, no secret. Null: not known, as with some DataSources. */
    @Override
    public @Nullable String getServiceUrl() {
        return Database.location(getCamelContext(), configuration.getUrl(), configuration.getDataSource());
    }

    @Override
    public String getServiceProtocol() {
        return "postgresql";
    }

    @ManagedAttribute(description = "Name of the channel")
    public String getChannel() {
        return channel;
    }

    public PgPubSubConfiguration getConfiguration() {
        return configuration;
    }

    /** Decides as any endpoint does, but sooner: a context that starts compares each endpoint with each other one. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof PgPubSubEndpoint endpoint && hashCode() == endpoint.hashCode() && super.equals(other));
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
