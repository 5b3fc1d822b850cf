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

/** The options of endpoints, and on the component their defaults. */
@UriParams
public class PgPubSubConfiguration implements Cloneable {

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
     * Where the database is: a JDBC URL (jdbc:postgresql://host:port/db) or a libpq URI (postgres://host:port/db, which may
     * hold user and password as well). In an endpoint URI it needs RAW() when it holds an ampersand, a percent sign or a
     * password. With a url and a dataSource, consumers use the url and producers the dataSource.
     */
    public void setUrl(@Nullable String url) {
        this.url = url;
    }

    public @Nullable String getUser() {
        return user;
    }

    /** The user to connect as; wins over one in the url. */
    public void setUser(@Nullable String user) {
        this.user = user;
    }

    public @Nullable String getPassword() {
        return password;
    }

    /** The user's password; wins over one in the url. */
    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    /**
     * Where connections come from when there is no url. The default is the only DataSource in the registry. Listening takes
     * one connection and keeps it.
     */
    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public @Nullable ConnectionCustomizer getConnectionCustomizer() {
        return connectionCustomizer;
    }

    /** Called with each new connection before it is used, for instance to set a role or a statement timeout. */
    public void setConnectionCustomizer(@Nullable ConnectionCustomizer connectionCustomizer) {
        this.connectionCustomizer = connectionCustomizer;
    }

    public long getReconnectDelay() {
        return reconnectDelay;
    }

    /** First pause before reconnecting, 1 ms to 24 days. It doubles with each failure, with jitter. */
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
     * How many attempts to reconnect may fail in a row before a consumer gives up and its route is stopped as failed. 0: none is
     * made, and a route whose database is out of reach does not start. -1: any number.
     */
    public void setReconnectLimit(int reconnectLimit) {
        this.reconnectLimit = (int) in(Range.from(-1), "reconnectLimit", reconnectLimit);
    }

    public long getHeartbeatInterval() {
        return heartbeatInterval;
    }

    /** How often a listening connection is asked for a sign of life, 1 ms to 9 hours. */
    public void setHeartbeatInterval(long heartbeatInterval) {
        this.heartbeatInterval = in(Range.HEARTBEAT, "heartbeatInterval", heartbeatInterval);
    }

    public long getHeartbeatTimeout() {
        return heartbeatTimeout;
    }

    /** How long the server may take to answer on a listening connection before that counts as lost, 1 ms to 9 hours. */
    public void setHeartbeatTimeout(long heartbeatTimeout) {
        this.heartbeatTimeout = in(Range.HEARTBEAT, "heartbeatTimeout", heartbeatTimeout);
    }

    public boolean isDedicatedSession() {
        return dedicatedSession;
    }

    /**
     * Whether this endpoint's consumers have a listening connection to themselves. Otherwise all endpoints with equal
     * connection options share one, and a full queue of one of them makes the others wait.
     */
    public void setDedicatedSession(boolean dedicatedSession) {
        this.dedicatedSession = dedicatedSession;
    }

    public boolean isSingleListener() {
        return singleListener;
    }

    /**
     * Whether, of all consumers of this channel and group, in all contexts on all hosts, one at a time receives while the
     * others stand by. Otherwise all receive.
     */
    public void setSingleListener(boolean singleListener) {
        this.singleListener = singleListener;
    }

    public String getGroup() {
        return group;
    }

    /** Who shares a listener. Each group gets every message. */
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
     * Whether to leave out what this CamelContext itself sent. With a single listener that is decided by the one that listens: what
     * its own context sends reaches nobody in the group.
     */
    public void setFiltered(boolean filtered) {
        this.filtered = filtered;
    }

    public long getAcquireInterval() {
        return acquireInterval;
    }

    /** How often a standby looks whether the listener is gone, 1 ms to 24 days. */
    public void setAcquireInterval(long acquireInterval) {
        this.acquireInterval = in(Range.DURATION, "acquireInterval", acquireInterval);
    }

    public long getLeaderTimeout() {
        return leaderTimeout;
    }

    /**
     * A listener that holds the lock and shows no life for this long, 100 ms to 24 days, is deposed. 0: never. When members
     * differ, the listener's value counts.
     */
    public void setLeaderTimeout(long leaderTimeout) {
        this.leaderTimeout = in(Range.LEADER_TIMEOUT, "leaderTimeout", leaderTimeout);
    }

    public int getStandbyBuffer() {
        return standbyBuffer;
    }

    /** How many messages the standby holds ready until the listener has processed them, 0 or more. 0: none. */
    public void setStandbyBuffer(int standbyBuffer) {
        this.standbyBuffer = (int) in(Range.from(0), "standbyBuffer", standbyBuffer);
    }

    public GapMarker getGapMarker() {
        return gapMarker;
    }

    /**
     * Whether one exchange with a null body and the header CamelPgPubSubGap tells, in its right place of the stream, that
     * messages may have been missed before it: reconnect, after any such time; always, at the first start too.
     */
    public void setGapMarker(GapMarker gapMarker) {
        this.gapMarker = gapMarker;
    }

    public int getQueueSize() {
        return queueSize;
    }

    /** How many messages may wait between the session and the route, 1 or more. The option overflow says what happens then. */
    public void setQueueSize(int queueSize) {
        this.queueSize = (int) in(Range.from(1), "queueSize", queueSize);
    }

    public Overflow getOverflow() {
        return overflow;
    }

    /**
     * What happens when the queue is full. With block the session reads no more, so that every channel on it waits, and nothing
     * is lost. The others leave messages out, which is counted and logged.
     */
    public void setOverflow(Overflow overflow) {
        this.overflow = overflow;
    }

    public long getMaxBufferedBytes() {
        return maxBufferedBytes;
    }

    /**
     * How many bytes may wait in all queues and standby buffers together, by estimate. Endpoints of one component with equal
     * values share them. When they are reached, queues count as full and standby buffers drop their oldest messages.
     */
    public void setMaxBufferedBytes(long maxBufferedBytes) {
        this.maxBufferedBytes = in(Range.from(1), "maxBufferedBytes", maxBufferedBytes);
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    /** How many threads process messages, 1 to 10000. More than one gives up their order. */
    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = (int) in(Range.THREADS, "concurrentConsumers", concurrentConsumers);
    }

    public @Nullable Class<?> getBodyType() {
        return bodyType;
    }

    /** The class that a JSON payload is read into. Needs payloadFormat=json. */
    public void setBodyType(@Nullable Class<?> bodyType) {
        this.bodyType = bodyType;
    }

    public PayloadFormat getPayloadFormat() {
        return payloadFormat;
    }

    /**
     * How bodies become payloads and payloads bodies. With text the payload is the body as a String, with maps, collections,
     * arrays, records and beans sent as JSON. With json every body but bytes, streams and files (which are taken as JSON) is
     * written as JSON, and payloads are parsed.
     */
    public void setPayloadFormat(PayloadFormat payloadFormat) {
        this.payloadFormat = payloadFormat;
    }

    public boolean isTransacted() {
        return transacted;
    }

    /**
     * Whether to send on a connection of dataSource, inside the transaction around the exchange: delivered if it commits, and
     * identical payloads of one transaction once. Without a transaction the exchange fails.
     */
    public void setTransacted(boolean transacted) {
        this.transacted = transacted;
    }

    public long getSendTimeout() {
        return sendTimeout;
    }

    /** How long an exchange waits for its commit before it fails, 1 ms to 24 days. */
    public void setSendTimeout(long sendTimeout) {
        this.sendTimeout = in(Range.DURATION, "sendTimeout", sendTimeout);
    }

    public int getMaxBatch() {
        return maxBatch;
    }

    /** How many notifications share one commit at most, 1 or more. They never wait for one another. */
    public void setMaxBatch(int maxBatch) {
        this.maxBatch = (int) in(Range.from(1), "maxBatch", maxBatch);
    }

    private static long in(Range range, String option, long value) {
        return range.check("The option " + option, value);
    }
}
