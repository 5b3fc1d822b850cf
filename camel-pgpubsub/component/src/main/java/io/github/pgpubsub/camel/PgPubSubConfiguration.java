package io.github.pgpubsub.camel;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.internal.Range;
import javax.sql.DataSource;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of an endpoint. The component holds one configuration with the defaults of all endpoints. */
@UriParams
public class PgPubSubConfiguration extends KeptConfiguration implements Cloneable {

    @UriParam(label = "connection,security", secret = true)
    private @Nullable String url;
    @UriParam(label = "connection,security", secret = true)
    private @Nullable String user;
    @UriParam(label = "connection,security", secret = true)
    private @Nullable String password;
    @UriParam(label = "connection")
    private @Nullable DataSource dataSource;
    @UriParam(label = "connection,advanced")
    private @Nullable ConnectionCustomizer connectionCustomizer;
    @UriParam(label = "connection,advanced", defaultValue = "100", javaType = "java.time.Duration")
    private long reconnectDelay = 100;
    @UriParam(label = "connection,advanced", defaultValue = "30000", javaType = "java.time.Duration")
    private long reconnectMaxDelay = 30_000;
    @UriParam(label = "connection,advanced", defaultValue = "-1")
    private int reconnectLimit = -1;
    @UriParam(label = "connection,advanced", defaultValue = "5000", javaType = "java.time.Duration")
    private long heartbeatInterval = 5000;
    @UriParam(label = "connection,advanced", defaultValue = "3000", javaType = "java.time.Duration")
    private long heartbeatTimeout = 3000;
    @UriParam(label = "connection,advanced")
    private boolean dedicatedSession;

    @UriParam(label = "consumer", defaultValue = "true")
    private boolean singleListener = true;
    @UriParam(label = "consumer", defaultValue = "default")
    private String group = "default";
    @UriParam(label = "consumer")
    private boolean filtered;
    @UriParam(label = "consumer,advanced", defaultValue = "500", javaType = "java.time.Duration")
    private long acquireInterval = 500;
    @UriParam(label = "consumer,advanced", defaultValue = "30000", javaType = "java.time.Duration")
    private long leaderTimeout = 30_000;
    @UriParam(label = "consumer,advanced", defaultValue = "20000")
    private int standbyBuffer = 20_000;
    @UriParam(label = "consumer", defaultValue = "never")
    private GapMarker gapMarker = GapMarker.never;
    @UriParam(label = "consumer,advanced", defaultValue = "1000")
    private int queueSize = 1000;
    @UriParam(label = "consumer,advanced", defaultValue = "block")
    private Overflow overflow = Overflow.block;
    @UriParam(label = "consumer,advanced", defaultValue = "" + BufferLimit.DEFAULT_BYTES)
    private long maxBufferedBytes = BufferLimit.DEFAULT_BYTES;
    @UriParam(label = "consumer", defaultValue = "1")
    private int concurrentConsumers = 1;
    @UriParam(label = "consumer")
    private boolean batching;
    @UriParam(label = "consumer", defaultValue = "100")
    private int batchSize = 100;
    @UriParam(label = "consumer", defaultValue = "1000", javaType = "java.time.Duration")
    private long batchTimeout = 1000;
    @UriParam(label = "consumer")
    private @Nullable Class<?> bodyType;

    @UriParam(defaultValue = "text")
    private PayloadFormat payloadFormat = PayloadFormat.text;

    @UriParam(label = "producer")
    private boolean transacted;
    @UriParam(label = "producer", defaultValue = "10000", javaType = "java.time.Duration")
    private long sendTimeout = 10_000;
    @UriParam(label = "producer,advanced", defaultValue = "512")
    private int maxBatch = 512;

    public PgPubSubConfiguration copy() {
        try {
            return (PgPubSubConfiguration) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public @Nullable String getUrl() {
        return url;
    }

    /**
     * The database: a JDBC URL (jdbc:postgresql://host:port/db) or a libpq URI (postgres://host:port/db, which may also contain
     * user and password). In an endpoint URI, wrap it in RAW() if it contains an ampersand, a percent sign or a password. If both
     * url and dataSource are set, consumers use the url and producers the dataSource.
     */
    public void setUrl(@Nullable String url) {
        this.url = url;
    }

    public @Nullable String getUser() {
        return user;
    }

    /** The database user. Takes precedence over a user in the url. */
    public void setUser(@Nullable String user) {
        this.user = user;
    }

    public @Nullable String getPassword() {
        return password;
    }

    /** The user's password. Takes precedence over a password in the url. */
    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    /**
     * The source of connections when url is not set. The default is the only DataSource in the registry. Listening takes one
     * connection and keeps it.
     */
    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public @Nullable ConnectionCustomizer getConnectionCustomizer() {
        return connectionCustomizer;
    }

    /** Bean that is called with each new connection before its first use, for example to set a role or a statement timeout. */
    public void setConnectionCustomizer(@Nullable ConnectionCustomizer connectionCustomizer) {
        this.connectionCustomizer = connectionCustomizer;
    }

    public long getReconnectDelay() {
        return reconnectDelay;
    }

    /** Pause before the first attempt to reconnect, 1 ms to 24 days. The pause doubles after each failed attempt, with jitter. */
    public void setReconnectDelay(long reconnectDelay) {
        this.reconnectDelay = in(Range.DURATION, "reconnectDelay", reconnectDelay);
    }

    public long getReconnectMaxDelay() {
        return reconnectMaxDelay;
    }

    /** Longest pause between attempts to reconnect, 1 ms to 24 days. */
    public void setReconnectMaxDelay(long reconnectMaxDelay) {
        this.reconnectMaxDelay = in(Range.DURATION, "reconnectMaxDelay", reconnectMaxDelay);
    }

    public int getReconnectLimit() {
        return reconnectLimit;
    }

    /**
     * Number of attempts to reconnect that may fail in a row. Then the consumer gives up, and its route is stopped as failed.
     * 0: no attempt is made, and a route whose database is unreachable does not start. -1: no limit.
     */
    public void setReconnectLimit(int reconnectLimit) {
        this.reconnectLimit = (int) in(Range.from(-1), "reconnectLimit", reconnectLimit);
    }

    public long getHeartbeatInterval() {
        return heartbeatInterval;
    }

    /**
     * Interval between heartbeats on a listening connection, 1 ms to 9 hours. A heartbeat is a query that finds out whether the
     * connection, its LISTENs and its locks still exist. After the loss of an idle connection the interval is shortened.
     */
    public void setHeartbeatInterval(long heartbeatInterval) {
        this.heartbeatInterval = in(Range.HEARTBEAT, "heartbeatInterval", heartbeatInterval);
    }

    public long getHeartbeatTimeout() {
        return heartbeatTimeout;
    }

    /**
     * How long the server may take to answer on a listening connection, 1 ms to 9 hours. After that the connection counts as
     * lost.
     */
    public void setHeartbeatTimeout(long heartbeatTimeout) {
        this.heartbeatTimeout = in(Range.HEARTBEAT, "heartbeatTimeout", heartbeatTimeout);
    }

    public boolean isDedicatedSession() {
        return dedicatedSession;
    }

    /**
     * Whether this endpoint's consumers have a listening connection of their own. Otherwise all endpoints with equal connection
     * options share one connection, and a full queue of one endpoint makes the others wait.
     */
    public void setDedicatedSession(boolean dedicatedSession) {
        this.dedicatedSession = dedicatedSession;
    }

    public boolean isSingleListener() {
        return singleListener;
    }

    /**
     * Whether only one of all consumers of this channel and group, in all CamelContexts on all hosts, receives at a time, while
     * the others stand by. If false, every consumer receives every message.
     */
    public void setSingleListener(boolean singleListener) {
        this.singleListener = singleListener;
    }

    public String getGroup() {
        return group;
    }

    /** Name of the group whose consumers share one listener. Each group gets every message. */
    public void setGroup(String group) {
        if (group == null || group.isEmpty()) {
            throw new IllegalArgumentException("The option group is empty");
        }
        this.group = group;
    }

    public boolean isFiltered() {
        return filtered;
    }

    /**
     * Whether to leave out messages that this CamelContext itself sent. With singleListener=true, the current listener filters
     * for its whole group: messages from the listener's own CamelContext reach no member of the group.
     */
    public void setFiltered(boolean filtered) {
        this.filtered = filtered;
    }

    public long getAcquireInterval() {
        return acquireInterval;
    }

    /** How often a standby checks whether the listener is gone, 1 ms to 24 days. */
    public void setAcquireInterval(long acquireInterval) {
        this.acquireInterval = in(Range.DURATION, "acquireInterval", acquireInterval);
    }

    public long getLeaderTimeout() {
        return leaderTimeout;
    }

    /**
     * How long the current listener may hold the lock without a sign of life before a standby deposes it, 100 ms to 24 days.
     * 0: never. If members have different values, the listener's value counts.
     */
    public void setLeaderTimeout(long leaderTimeout) {
        this.leaderTimeout = in(Range.LEADER_TIMEOUT, "leaderTimeout", leaderTimeout);
    }

    public int getStandbyBuffer() {
        return standbyBuffer;
    }

    /**
     * Maximum number of messages that the standby keeps until the listener has processed them, 0 or more. If more messages are
     * unprocessed when the listener dies, some may be lost, which is reported as a gap. 0: the standby keeps none.
     */
    public void setStandbyBuffer(int standbyBuffer) {
        this.standbyBuffer = (int) in(Range.from(0), "standbyBuffer", standbyBuffer);
    }

    public GapMarker getGapMarker() {
        return gapMarker;
    }

    /**
     * Whether the route gets an exchange for a gap, that is, where messages may have been missed. The exchange has a null body
     * and the header CamelPgPubSubGap, and comes at the gap's position among the messages. never: no exchange. reconnect: one
     * for each gap. always: also one at the first start. On a kept channel (durable=true) a gap means that messages were given up unread;
     * the header is CamelPgPubSubMissed, and always is the same as reconnect.
     */
    public void setGapMarker(GapMarker gapMarker) {
        this.gapMarker = gapMarker;
    }

    public int getQueueSize() {
        return queueSize;
    }

    /**
     * Maximum number of messages that wait between the session and the route, 1 or more. When it is reached, overflow applies.
     */
    public void setQueueSize(int queueSize) {
        this.queueSize = (int) in(Range.from(1), "queueSize", queueSize);
    }

    public Overflow getOverflow() {
        return overflow;
    }

    /**
     * What happens when the queue is full. block: the session stops reading until there is room; all channels of its connection
     * wait, and nothing is lost. dropOldest: the oldest waiting message is dropped. dropNewest: the arriving message is dropped.
     * Dropped messages are counted and logged. A kept channel (durable=true) takes only block, and there the limit is for messages that
     * were read and are not complete.
     */
    public void setOverflow(Overflow overflow) {
        this.overflow = overflow;
    }

    public long getMaxBufferedBytes() {
        return maxBufferedBytes;
    }

    /**
     * Maximum number of bytes, by estimate, in all queues and standby buffers together, 1 or more. Endpoints of one component
     * with equal values share this limit. When it is reached, queues count as full and standby buffers drop their oldest
     * messages.
     */
    public void setMaxBufferedBytes(long maxBufferedBytes) {
        this.maxBufferedBytes = in(Range.from(1), "maxBufferedBytes", maxBufferedBytes);
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    /** Number of threads that process messages, 1 to 10000. More than one thread gives up the order of messages. */
    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = (int) in(Range.THREADS, "concurrentConsumers", concurrentConsumers);
    }

    public boolean isBatching() {
        return batching;
    }

    /**
     * Whether the route gets one exchange for several messages. Its body is a List of exchanges, one for each message, in order. The messages are completed as a whole. A gap is an exchange of its own.
     */
    public void setBatching(boolean batching) {
        this.batching = batching;
    }

    public int getBatchSize() {
        return batchSize;
    }

    /** Maximum number of messages in a batch, 1 or more. Queues have room for it, whatever queueSize says. Needs batching=true. */
    public void setBatchSize(int batchSize) {
        this.batchSize = (int) in(Range.from(1), "batchSize", batchSize);
    }

    public long getBatchTimeout() {
        return batchTimeout;
    }

    /**
     * How long the first message of a batch waits for the others, 0 to 24 days. A batch is processed when it has batchSize messages, when
     * this time is over, or when no more can join it. Needs batching=true.
     */
    public void setBatchTimeout(long batchTimeout) {
        this.batchTimeout = in(Range.DURATION_OR_NONE, "batchTimeout", batchTimeout);
    }

    public @Nullable Class<?> getBodyType() {
        return bodyType;
    }

    /** Class that a JSON payload, or the JSON data of a CloudEvent, is read into. Needs payloadFormat=json or cloudevents. */
    public void setBodyType(@Nullable Class<?> bodyType) {
        this.bodyType = bodyType;
    }

    public PayloadFormat getPayloadFormat() {
        return payloadFormat;
    }

    /**
     * How bodies are converted to payloads and back. text: the payload is the body's text, and a consumer's body is a String;
     * maps, collections, arrays, records and beans are sent as JSON. json: every body is written as JSON, except bytes, streams
     * and files, whose content must be JSON already; a consumer's body is the parsed payload. cloudevents: the payload is a CloudEvent 1.0
     * in JSON, with the body as its data, and with the headers; a payload that is no event comes in as it is.
     */
    public void setPayloadFormat(PayloadFormat payloadFormat) {
        this.payloadFormat = payloadFormat;
    }

    public boolean isTransacted() {
        return transacted;
    }

    /**
     * Whether to send on a connection of dataSource, in the transaction around the exchange. The notification is delivered if the
     * transaction commits; identical payloads of one transaction are delivered once. Without a transaction the exchange fails.
     */
    public void setTransacted(boolean transacted) {
        this.transacted = transacted;
    }

    public long getSendTimeout() {
        return sendTimeout;
    }

    /** How long an exchange waits for the commit of its notification before it fails, 1 ms to 24 days. */
    public void setSendTimeout(long sendTimeout) {
        this.sendTimeout = in(Range.DURATION, "sendTimeout", sendTimeout);
    }

    public int getMaxBatch() {
        return maxBatch;
    }

    /** Maximum number of notifications per commit, 1 or more. A notification never waits for a batch to fill. */
    public void setMaxBatch(int maxBatch) {
        this.maxBatch = (int) in(Range.from(1), "maxBatch", maxBatch);
    }
}
