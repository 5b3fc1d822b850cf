package io.github.pgpubsub.internal.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The receivers of each channel. Belongs to the session's thread. */
final class Receivers {

    private static final Subscriber[] NOBODY = {};

    private final Map<String, Subscriber[]> byChannel = new HashMap<>();

    /** The channel's receivers in the order in which they were added. The array must not be modified; later changes make a new one. */
    Subscriber[] of(String channel) {
        return byChannel.getOrDefault(channel, NOBODY);
    }

    void add(String channel, Subscriber subscriber) {
        Set<Subscriber> all = new LinkedHashSet<>(List.of(of(channel)));
        all.add(subscriber);
        byChannel.put(channel, all.toArray(NOBODY));
    }

    /** False if the subscriber was not a receiver of the channel. */
    boolean remove(String channel, Subscriber subscriber) {
        Set<Subscriber> others = new LinkedHashSet<>(List.of(of(channel)));
        if (!others.remove(subscriber)) {
            return false;
        }
        if (others.isEmpty()) {
            byChannel.remove(channel);
        } else {
            byChannel.put(channel, others.toArray(NOBODY));
        }
        return true;
    }

    boolean has(String channel) {
        return byChannel.containsKey(channel);
    }

    boolean isEmpty() {
        return byChannel.isEmpty();
    }
}
