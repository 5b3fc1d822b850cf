package io.github.pgpubsub.camel;

import io.github.pgpubsub.PgPubSub;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns where one name is used for a plain channel and for a kept one: neither gets what is sent to the other, and often one side has
 * only forgotten {@code durable=true}. Knows the endpoints of this component, and what consumers find out about others when they start: the
 * groups in the log, and the leader of the plain group of the same name. Others can't be seen from outside. Warns once a channel.
 * Thread-safe.
 */
final class ChannelKinds {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelKinds.class);

    private static final String ADVICE = "These are two channels: a plain one, and a kept one of the same name; neither gets what is sent"
            + " to the other. Set durable on both sides, for example once on the component";

    private record Use(PgPubSub pubSub, String channel, boolean durable) {}

    private final Map<Use, Integer> uses = new HashMap<>();
    private final Set<String> warned = new HashSet<>();

    /** Called when a consumer or a producer starts; {@link #unused} follows when it stops. */
    synchronized void used(PgPubSub pubSub, String channel, boolean durable) {
        if (channel.equals(PgPubSubSendDynamicAware.ANY_CHANNEL)) {
            // Stands for whatever channel a header names.
            return;
        }
        uses.merge(new Use(pubSub, channel, durable), 1, Integer::sum);
        if (uses.containsKey(new Use(pubSub, channel, !durable)) && warned.add(channel)) {
            LOG.warn("Channel {} is used with durable=true and without. {}", channel, ADVICE);
        }
    }

    /** A consumer of the plain channel has started, and the log has groups of that name. */
    synchronized void foundGroups(String channel, List<String> groups) {
        if (warned.add(channel)) {
            LOG.warn("Channel {} is used here without durable=true, and the log of kept messages has groups for it: {}. {}",
                    channel,
                    groups, ADVICE);
        }
    }

    /** A consumer of the kept channel has started, and somebody else listens to the plain channel of that name. */
    synchronized void foundPlainListener(String channel) {
        if (warned.add(channel)) {
            LOG.warn("Channel {} is used here with durable=true, and elsewhere somebody listens to it without. {}", channel,
                    ADVICE);
        }
    }

    synchronized void unused(PgPubSub pubSub, String channel, boolean durable) {
        uses.computeIfPresent(new Use(pubSub, channel, durable), (use, count) -> count == 1 ? null : count - 1);
    }
}
