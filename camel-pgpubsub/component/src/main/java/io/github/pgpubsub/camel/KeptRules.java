package io.github.pgpubsub.camel;

import io.github.pgpubsub.Overflow;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.kept.AckMode;
import io.github.pgpubsub.kept.OnError;
import java.util.List;
import java.util.Set;
import org.apache.camel.PollingConsumer;
import org.apache.camel.Processor;

/** Which options go together where messages are kept. Refuses the others, with the way out. */
final class KeptRules {

    /** Ring and groups are looked after every few seconds. */
    static final Range SECOND = Range.from(1000);
    static final Range SECOND_OR_NEVER = new Range(1000, Long.MAX_VALUE, true);

    private static final List<String> NEED_RETRY = List.of("retryDelay", "retryMaxDelay", "retryLimit");
    private static final List<String> NEED_DURABLE = List.of("startFrom", "ackMode", "transactionManager", "onError",
            "retryDelay", "retryMaxDelay", "retryLimit", "shards", "wakeUp", "pollInterval");
    private static final List<String> NEED_HEADERS = List.of("headerFilterStrategy");
    private static final List<String> NEED_STORE = List.of("maxPayload");
    /** The functions that watch tables are in the log's schema, also those for plain channels. */
    private static final List<String> NEED_LOG = List.of("logSchema", "createLog");

    private static final List<String> NEED_BATCHING = List.of("batchSize", "batchTimeout");

    private KeptRules() {}

    /**
     * Refuses options of kept channels on a plain one, and options of batches without batches. On the component they are defaults, and
     * nobody is misled.
     *
     * @param given names of the options in the endpoint's URI
     */
    static void check(PgPubSubConfiguration configuration, Set<String> given) {
        if (configuration.isDurable() && configuration.getOversize() == Oversize.store && given.contains("oversize")) {
            throw new IllegalArgumentException(
                    "The option oversize is for plain channels: with durable=true payloads up to maxPayload"
                            + " are kept anyway. Leave it out");
        }
        if (given.contains("watchOperations") && configuration.getWatchTable() == null) {
            throw new IllegalArgumentException("The option watchOperations needs watchTable");
        }
        if (!configuration.isDurable()) {
            refuse(NEED_DURABLE, given, "durable=true");
            if (configuration.getPayloadFormat() != PayloadFormat.cloudevents) {
                refuse(NEED_HEADERS, given, "durable=true or payloadFormat=cloudevents: otherwise no header travels");
            }
        }
        if (configuration.getOnError() != OnError.retry) {
            refuse(NEED_RETRY, given, "onError=retry");
        }
        if (!configuration.isDurable() && !configuration.storesOversize()) {
            refuse(NEED_STORE, given, "durable=true or oversize=store");
            if (configuration.getWatchTable() == null) {
                refuse(NEED_LOG, given, "durable=true, oversize=store or watchTable");
            }
        }
        if (!configuration.isBatching()) {
            refuse(NEED_BATCHING, given, "batching=true");
        }
    }

    private static void refuse(List<String> options, Set<String> given, String without) {
        options.stream().filter(given::contains).findFirst().ifPresent(option -> {
            throw new IllegalArgumentException("The option " + option + " needs " + without);
        });
    }

    static void checkConsumer(PgPubSubEndpoint endpoint, Processor processor) {
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        if (configuration.isTransacted() && !endpoint.getComponent().getConfiguration().isTransacted()) {
            throw new IllegalArgumentException("The option transacted is for producers. For a consumer with durable=true use"
                    + " ackMode=transaction, which moves the group's place in a transaction around the exchange");
        }
        if (configuration.getOverflow() != Overflow.block) {
            throw new IllegalArgumentException("With durable=true nothing is dropped, so the option overflow can't be "
                    + configuration.getOverflow() + "; it must be block");
        }
        if (configuration.getShards() > 1 && !configuration.isSingleListener()) {
            throw new IllegalArgumentException(
                    "With singleListener=false each consumer gets all messages, so the option shards can't be "
                            + configuration.getShards() + "; it must be 1");
        }
        if (configuration.getAckMode() == AckMode.transaction) {
            checkTransaction(configuration, processor);
        }
    }

    private static void checkTransaction(PgPubSubConfiguration configuration, Processor processor) {
        if (configuration.getConcurrentConsumers() > 1) {
            throw new IllegalArgumentException("With ackMode=transaction one exchange is processed at a time, so the option"
                    + " concurrentConsumers can't be " + configuration.getConcurrentConsumers() + "; it must be 1");
        }
        if (processor instanceof PollingConsumer) {
            throw new IllegalArgumentException(
                    "ackMode=transaction is for routes: the transaction would end before pollEnrich or a"
                            + " ConsumerTemplate has its message. Use a route with from, or another ackMode");
        }
    }
}
