package io.github.pgpubsub.camel.picture;

import java.util.Collection;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Writes a picture as JSON. Where the developer console has a value, too, it has the same name here. */
final class PictureJson {

    private PictureJson() {}

    static String write(Picture picture) {
        JsonObject json = new JsonObject();
        json.put("process", picture.process());
        json.put("at", picture.at().toString());
        json.put("sent", picture.sent());
        putKnown(json, "sentPerSecond", picture.sentPerSecond());
        json.put("failed", picture.failed());
        json.put("consumers", array(picture.consumers().stream().map(PictureJson::consumer).toList()));
        return json.toJson();
    }

    private static JsonObject consumer(Picture.Consumer consumer) {
        JsonObject json = new JsonObject();
        json.put("routeId", consumer.routeId());
        json.put("channel", consumer.channel());
        json.put("connected", consumer.connected());
        json.put("receiving", consumer.receiving());
        json.put("troubled", consumer.troubled());
        json.put("backend", consumer.backend());
        if (!consumer.group().isEmpty()) {
            json.put("group", consumer.group());
            json.put("role", consumer.role());
            json.put("inStep", consumer.inStep());
            json.put("leaderForMillis", consumer.leaderForMillis());
            if (consumer.handOvers() >= 0) {
                json.put("handOvers", consumer.handOvers());
            }
            json.put("members", array(consumer.members().stream().map(PictureJson::member).toList()));
        }
        json.put("received", consumer.received());
        putKnown(json, "receivedPerSecond", consumer.perSecond());
        json.put("queued", consumer.queued());
        json.put("queueSize", consumer.queueSize());
        json.put("filtered", consumer.filtered());
        json.put("dropped", consumer.dropped());
        json.put("redelivered", consumer.redelivered());
        json.put("gaps", consumer.gaps());
        json.put("gapMillis", consumer.gapMillis());
        json.put("reconnects", consumer.reconnects());
        putKept(json, consumer.kept(), !consumer.group().isEmpty());
        json.put("history", array(consumer.history().stream().map(PictureJson::event).toList()));
        return json;
    }

    private static void putKept(JsonObject json, Picture.@Nullable Kept kept, boolean ofGroup) {
        if (kept == null) {
            return;
        }
        json.put("durable", true);
        if (ofGroup) {
            json.put("lag", kept.lag());
            json.put("lagSeconds", kept.lagSeconds());
            json.put("groupParked", kept.parked());
        }
        json.put("completed", kept.completed());
        json.put("skipped", kept.skipped());
        json.put("retried", kept.retried());
        json.put("shards", array(kept.shards().stream().map(PictureJson::shard).toList()));
    }

    private static JsonObject member(Picture.Member member) {
        JsonObject json = new JsonObject();
        json.put("backend", member.backend());
        json.put("name", member.name());
        json.put("leader", member.leader());
        json.put("standby", member.standby());
        json.put("here", member.here());
        return json;
    }

    private static JsonObject shard(Picture.Shard shard) {
        JsonObject json = new JsonObject();
        json.put("shard", shard.shard());
        json.put("leader", shard.leader());
        json.put("lag", shard.lag());
        json.put("parked", shard.parked());
        return json;
    }

    private static JsonObject event(Picture.Event event) {
        JsonObject json = new JsonObject();
        json.put("at", event.at().toString());
        json.put("what", event.what());
        return json;
    }

    private static void putKnown(JsonObject json, String key, double rate) {
        if (rate >= 0) {
            json.put(key, rate);
        }
    }

    private static JsonArray array(Collection<JsonObject> entries) {
        JsonArray array = new JsonArray();
        array.addAll(entries);
        return array;
    }
}
