package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.KeptStatus;
import io.github.pgpubsub.status.PublisherStatus;
import io.github.pgpubsub.status.SubscriptionCounts;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.camel.spi.annotations.DevConsole;
import org.apache.camel.support.console.AbstractDevConsole;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;

/** Shows the consumers, the leaders of their groups, and the publishing connections of all pgpubsub components of a context. */
@DevConsole(name = "pgpubsub", displayName = "PostgreSQL Pub/Sub",
        description = "Consumers and publishing connections of PostgreSQL channels")
public class PgPubSubDevConsole extends AbstractDevConsole {

    public PgPubSubDevConsole() {
        super("camel", "pgpubsub", "PostgreSQL Pub/Sub", "Consumers and publishing connections of PostgreSQL channels");
    }

    @Override
    protected Map<String, Object> doCallJson(Map<String, Object> options) {
        JsonArray consumers = new JsonArray();
        JsonArray publishers = new JsonArray();
        for (ManagedComponent component : ManagedComponent.of(getCamelContext())) {
            component.consumers().forEach(consumer -> consumers.add(json(consumer)));
            component.publishers().forEach((source, status) -> publishers.add(json(source, status)));
        }
        JsonObject all = new JsonObject();
        all.put("consumers", consumers);
        all.put("publishers", publishers);
        return all;
    }

    /** One line per consumer and per publishing connection, built from the JSON. */
    @Override
    protected String doCallText(Map<String, Object> options) {
        Map<String, Object> all = doCallJson(options);
        return text("Consumers", all, "consumers") + text("Publishers", all, "publishers");
    }

    private static String text(String title, Map<String, Object> all, String key) {
        JsonArray rows = (JsonArray) all.get(key);
        assert rows != null;
        StringJoiner lines = new StringJoiner("\n    ", title + ":\n    ", "\n").setEmptyValue("");
        rows.forEach(row -> lines.add(((JsonObject) row).entrySet().stream()
                .map(field -> field.getKey() + ": " + field.getValue()).collect(Collectors.joining(", "))));
        return lines.toString();
    }

    private static JsonObject json(ManagedConsumer consumer) {
        JsonObject json = new JsonObject();
        json.put("routeId", consumer.getRouteId());
        json.put("channel", consumer.getChannel());
        SubscriptionStatus status = consumer.status();
        json.put("connected", status != null && status.connected());
        if (status == null) {
            return json;
        }
        json.put("backend", status.session().backend());
        json.put("receiving", status.receiving());
        if (status.trouble() != null) {
            json.put("trouble", status.trouble());
        }
        GroupStatus group = status.group();
        if (group != null) {
            json.put("group", consumer.getGroup());
            json.put("role", group.role().name());
            json.put("leader", group.leader());
            json.put("leaderName", consumer.getLeaderName());
            json.put("leaderForMillis", group.leaderFor() == null ? -1 : group.leaderFor().toMillis());
            json.put("standby", group.standby());
            json.put("inStep", group.inStep());
        }
        json.put("queued", status.queued());
        json.put("queueSize", status.queueSize());
        SubscriptionCounts counts = status.counts();
        json.put("received", counts.received());
        json.put("filtered", counts.filtered());
        json.put("dropped", counts.dropped());
        json.put("redelivered", counts.redelivered());
        json.put("gaps", counts.gaps());
        json.put("gapMillis", counts.gapMillis());
        json.put("reconnects", status.session().reconnects());
        json.put("serverQueueUsage", status.session().queueUsage());
        if (consumer instanceof ManagedKeptConsumer kept) {
            describe(json, kept);
        }
        return json;
    }

    private static void describe(JsonObject json, ManagedKeptConsumer consumer) {
        KeptStatus status = consumer.keptStatus();
        if (status == null) {
            return;
        }
        json.put("durable", true);
        json.put("logConnected", status.connected());
        json.put("reading", status.reading());
        json.put("asleep", status.asleep());
        json.put("epoch", status.epoch());
        json.put("shards", consumer.getShards());
        json.put("windowMillis", status.window().toMillis());
        json.put("inHand", status.inHand());
        json.put("completed", status.completed());
        json.put("skipped", status.skipped());
        json.put("parked", status.parked());
        json.put("retried", status.retried());
        json.put("missed", status.missed());
        json.put("lag", consumer.getLag());
        json.put("lagSeconds", consumer.getLagSeconds());
    }

    private static JsonObject json(String source, PublisherStatus status) {
        JsonObject json = new JsonObject();
        json.put("server", source);
        json.put("connected", status.connected());
        json.put("backend", status.backend());
        json.put("queued", status.queued());
        json.put("queueSize", status.capacity());
        json.put("committed", status.committed());
        json.put("failed", status.failed());
        json.put("meanBatch", status.meanBatch());
        json.put("meanCommitMicros", status.meanCommit().toNanos() / 1000);
        json.put("longestCommitMicros", status.longestCommit().toNanos() / 1000);
        json.put("reconnects", status.reconnects());
        return json;
    }
}
