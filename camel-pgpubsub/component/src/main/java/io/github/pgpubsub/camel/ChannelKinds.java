package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns where one name is used for a plain channel and for a kept one: neither gets what is sent to the other, and often one side has
 * only forgotten {@code durable=true}. Knows the endpoints of this component. Thread-safe.
 */
final class ChannelKinds {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelKinds.class);

    private record Use(PgPubSub pubSub, String channel, boolean durable) {}

    private final Set<Use> uses = new HashSet<>();
    private final Set<String> warned = new HashSet<>();

    /** Called when a consumer or a producer starts. */
    synchronized void used(PgPubSub pubSub, String channel, boolean durable) {
        if (channel.equals(PgPubSubSendDynamicAware.ANY_CHANNEL)) {
            // Stands for whatever channel a header names.
            return;
        }
        uses.add(new Use(pubSub, channel, durable));
        if (uses.contains(new Use(pubSub, channel, !durable)) && warned.add(channel)) {
            LOG.warn(
                    "Channel {} is used with durable=true and without. These are two channels: a plain one, and a kept one of the same"
                            + " name; neither gets what is sent to the other. Set durable on both sides, for example once on the component",
                    channel);
        }
    }

    synchronized void released(PgPubSub pubSub) {
        uses.removeIf(use -> use.pubSub == pubSub);
    }
}
