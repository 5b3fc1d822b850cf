package io.github.pgpubsub.camel;

import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.NewMessage;
import io.github.pgpubsub.kept.OnError;
import io.github.pgpubsub.kept.StartFrom;
import io.github.pgpubsub.kept.TableOperation;
import io.github.pgpubsub.kept.WatchedTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.HeaderFilterStrategyAware;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of kept channels ({@code durable=true}). A superclass, because Camel's configurers reach one object only. */
@UriParams
public abstract class KeptConfiguration implements HeaderFilterStrategyAware {

    /** NAMEDATALEN - 1: the server truncates longer names. */
    private static final int MAX_NAME = 63;
    private static final Range PAYLOAD = new Range(1, NewMessage.MAX_PAYLOAD, false);

    @UriParam
    private boolean durable;
    @UriParam(defaultValue = "pgpubsub")
    private String logSchema = "pgpubsub";
    @UriParam(defaultValue = "true")
    private boolean createLog = true;
    @UriParam(defaultValue = "fail")
    private Oversize oversize = Oversize.fail;
    @UriParam(label = "common,advanced")
    private HeaderFilterStrategy headerFilterStrategy = new PgPubSubHeaderFilterStrategy();

    @UriParam(label = "consumer,durable", defaultValue = "now")
    private String startFrom = "now";
    @UriParam(label = "consumer,durable", defaultValue = "batch")
    private AckMode ackMode = AckMode.batch;
    @UriParam(label = "consumer,durable")
    private @Nullable Object transactionManager;
    @UriParam(label = "consumer,durable", defaultValue = "skip")
    private OnError onError = OnError.skip;
    @UriParam(label = "consumer,durable", defaultValue = "1000", javaType = "java.time.Duration")
    private long retryDelay = 1000;
    @UriParam(label = "consumer,durable", defaultValue = "60000", javaType = "java.time.Duration")
    private long retryMaxDelay = 60_000;
    @UriParam(label = "consumer,durable", defaultValue = "-1")
    private int retryLimit = -1;
    @UriParam(label = "consumer,durable", defaultValue = "1")
    private int shards = 1;
    @UriParam(label = "consumer,durable,advanced", defaultValue = "true")
    private boolean wakeUp = true;
    @UriParam(label = "consumer,durable,advanced", defaultValue = "1000", javaType = "java.time.Duration")
    private long pollInterval = 1000;

    @UriParam(label = "consumer")
    private @Nullable String watchTable;
    @UriParam(label = "consumer", defaultValue = "insert,update,delete,truncate")
    private String watchOperations = "insert,update,delete,truncate";

    @UriParam(label = "producer,durable", defaultValue = "" + NewMessage.MAX_PAYLOAD)
    private int maxPayload = NewMessage.MAX_PAYLOAD;

    public boolean isDurable() {
        return durable;
    }

    /**
     * Whether messages are kept in the database until each group has completed them. A kept channel is a log, separate from the plain
     * channel of the same name, so both sides need this option.
     */
    public void setDurable(boolean durable) {
        this.durable = durable;
    }

    public String getLogSchema() {
        return logSchema;
    }

    /** The database schema with the log of kept messages, 1 to 63 bytes. Needs durable=true, oversize=store or watchTable. */
    public void setLogSchema(String logSchema) {
        int bytes = logSchema.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_NAME) {
            throw new IllegalArgumentException("The option logSchema has " + bytes + " bytes; it must have 1 to " + MAX_NAME);
        }
        this.logSchema = logSchema;
    }

    public boolean isCreateLog() {
        return createLog;
    }

    /**
     * Whether to create the log of kept messages at start if it is absent, and to bring an older one up to date. If false, a start says
     * what is missing. Needs durable=true, oversize=store or watchTable.
     */
    public void setCreateLog(boolean createLog) {
        this.createLog = createLog;
    }

    public Oversize getOversize() {
        return oversize;
    }

    /**
     * What happens on a plain channel to a payload over 7999 bytes. fail: the exchange fails. store: the payload is kept in the log of
     * kept messages, for the log's retention, and a reference to it is sent. Both sides need store, with the same logSchema. A consumer
     * fetches the payload before the exchange begins; if it is gone, the exchange fails with a StoredPayloadMissingException. Channels
     * with durable=true do not need this option.
     */
    public void setOversize(Oversize oversize) {
        this.oversize = oversize;
    }

    /** Whether payloads that are too long for a notification are stored. */
    boolean storesOversize() {
        return !durable && oversize == Oversize.store;
    }

    @Override
    public HeaderFilterStrategy getHeaderFilterStrategy() {
        return headerFilterStrategy;
    }

    /**
     * Decides which headers travel with a message, in both directions. Headers that begin with Camel never do, whatever the strategy says.
     * The default lets all others pass. Needs payloadFormat=cloudevents or durable=true.
     */
    @Override
    public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
        this.headerFilterStrategy = headerFilterStrategy;
    }

    public String getStartFrom() {
        return startFrom;
    }

    /**
     * Where a group begins that has no place in the log yet: now, earliest, an ISO 8601 time with its offset (2026-01-31T08:00:00Z), or a
     * message id. A group that has a place continues there. Needs durable=true.
     */
    public void setStartFrom(String startFrom) {
        StartFrom.parse(startFrom);
        this.startFrom = startFrom;
    }

    public AckMode getAckMode() {
        return ackMode;
    }

    /**
     * When the group's place in the log (everything before it is complete) is written to the database. batch: a few times a second. message: with each message. transaction: in a database
     * transaction around the exchange, begun with transactionManager on dataSource, so the exchange's effects in that database happen
     * exactly once; needs concurrentConsumers=1. manual: the route calls acknowledge() of the header CamelPgPubSubAck. Needs durable=true.
     */
    public void setAckMode(AckMode ackMode) {
        this.ackMode = ackMode;
    }

    public @Nullable Object getTransactionManager() {
        return transactionManager;
    }

    /**
     * The transaction manager for ackMode=transaction: Spring's PlatformTransactionManager or JTA's TransactionManager. The default is the
     * only one in the registry. Needs durable=true.
     */
    public void setTransactionManager(@Nullable Object transactionManager) {
        this.transactionManager = transactionManager;
    }

    public OnError getOnError() {
        return onError;
    }

    /**
     * What becomes of a message whose exchange Camel's error handler leaves failed. skip: it counts as complete. retry: it is delivered
     * again after a pause, and the messages behind it wait. park: it is set aside with its error, and can be sent again later. Needs
     * durable=true.
     */
    public void setOnError(OnError onError) {
        this.onError = onError;
    }

    public long getRetryDelay() {
        return retryDelay;
    }

    /** Pause before a failed message is delivered again, 1 ms to 24 days; it doubles with each attempt. Needs onError=retry. */
    public void setRetryDelay(long retryDelay) {
        this.retryDelay = in(Range.DURATION, "retryDelay", retryDelay);
    }

    public long getRetryMaxDelay() {
        return retryMaxDelay;
    }

    /** Longest pause before a failed message is delivered again, 1 ms to 24 days. Needs onError=retry. */
    public void setRetryMaxDelay(long retryMaxDelay) {
        this.retryMaxDelay = in(Range.DURATION, "retryMaxDelay", retryMaxDelay);
    }

    public int getRetryLimit() {
        return retryLimit;
    }

    /** How often a failed message is delivered again before it is parked, 0 or more. -1: no limit. Needs onError=retry. */
    public void setRetryLimit(int retryLimit) {
        this.retryLimit = (int) in(Range.from(-1), "retryLimit", retryLimit);
    }

    public int getShards() {
        return shards;
    }

    /**
     * The maximum number of members of the group that are active at once, 1 to 1024. Messages are spread over so many shards by their
     * CamelPgPubSubKey, members share the shards evenly, and each key stays in order on one of them. All members say the same number, which is
     * stored with the group; pgpubsub.reshard changes it. Needs durable=true.
     */
    public void setShards(int shards) {
        this.shards = (int) Range.SHARDS.check("The option shards", shards);
    }

    public boolean isWakeUp() {
        return wakeUp;
    }

    /** Whether writers wake this consumer. If false, it only looks at each pollInterval. Needs durable=true. */
    public void setWakeUp(boolean wakeUp) {
        this.wakeUp = wakeUp;
    }

    public long getPollInterval() {
        return pollInterval;
    }

    /** How often to look for messages without having been woken, 1 ms to 24 days. Needs durable=true. */
    public void setPollInterval(long pollInterval) {
        this.pollInterval = in(Range.DURATION, "pollInterval", pollInterval);
    }

    public @Nullable String getWatchTable() {
        return watchTable;
    }

    /**
     * Table whose changes are sent to this channel, written as in SQL: sales.orders; a name with capitals or spaces in double quotes. At
     * its start the consumer installs triggers on the table, unless they are there already, and they stay when it stops. With durable=true each changed row
     * is a message with the old and the new row; otherwise each statement notifies of the primary keys of the rows that it has changed. The
     * role must own the table, or its owner must have installed the triggers with pgpubsub.watch in SQL.
     */
    public void setWatchTable(@Nullable String watchTable) {
        this.watchTable = watchTable;
    }

    public String getWatchOperations() {
        return watchOperations;
    }

    /** Which changes of watchTable are sent: some of insert, update, delete and truncate, separated by commas. */
    public void setWatchOperations(String watchOperations) {
        Set<TableOperation> unused = operations(watchOperations);
        this.watchOperations = watchOperations;
    }

    private static Set<TableOperation> operations(String names) {
        try {
            return Arrays.stream(names.split(",", -1)).map(name -> TableOperation.valueOf(name.trim().toLowerCase(Locale.ROOT)))
                    .collect(Collectors.toSet());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The option watchOperations is " + names
                    + "; it must be some of insert, update, delete, truncate, separated by commas", e);
        }
    }

    /** Null: no table is to be watched. */
    @Nullable
    WatchedTable watchedTable(String channel) {
        return watchTable == null ? null : new WatchedTable(watchTable, channel, operations(watchOperations), durable);
    }

    public int getMaxPayload() {
        return maxPayload;
    }

    /** Largest payload in bytes, 1 to 16777216. A larger one fails its exchange. Needs durable=true or oversize=store. */
    public void setMaxPayload(int maxPayload) {
        this.maxPayload = (int) in(PAYLOAD, "maxPayload", maxPayload);
    }

    static long in(Range range, String option, long value) {
        return range.check("The option " + option, value);
    }
}
