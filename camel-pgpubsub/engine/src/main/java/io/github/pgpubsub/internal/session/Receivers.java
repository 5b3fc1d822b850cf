package io.github.pgpubsub.internal.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The receivers of each channel, and of each tag on a shared channel. Belongs to the session's thread. */
final class Receivers {

    private static final Subscriber[] NOBODY = {};

    /** In the order in which they were added. The arrays are never modified; a change makes a new one. */
    private static final class OfChannel {

        /** Null: the channel is not shared. */
        private final @Nullable Map<String, Subscriber[]> byTag;
        /** Whatever their tags. */
        private Subscriber[] all = NOBODY;

        OfChannel(boolean isShared) {
            byTag = isShared ? new HashMap<>() : null;
        }
    }

    private final Map<String, OfChannel> byChannel = new HashMap<>();

    /** All receivers of the channel. The array must not be modified. */
    Subscriber[] of(String channel) {
        OfChannel found = byChannel.get(channel);
        return found == null ? NOBODY : found.all;
    }

    /** The receivers of this notification. The array must not be modified. */
    Subscriber[] of(Notification notification) {
        OfChannel found = byChannel.get(notification.channel());
        if (found == null) {
            return NOBODY;
        }
        return found.byTag == null ? found.all : found.byTag.getOrDefault(Address.tagOf(notification.payload()), NOBODY);
    }

    /** A channel is shared by all of its subscribers, or by none. */
    void add(Address address, Subscriber subscriber) {
        String tag = address.tag();
        OfChannel channel = byChannel.computeIfAbsent(address.channel(), each -> new OfChannel(tag != null));
        assert (channel.byTag == null) == (tag == null);
        channel.all = with(channel.all, subscriber);
        if (channel.byTag != null && tag != null) {
            channel.byTag.put(tag, with(channel.byTag.getOrDefault(tag, NOBODY), subscriber));
        }
    }

    private static Subscriber[] with(Subscriber[] others, Subscriber subscriber) {
        Set<Subscriber> all = new LinkedHashSet<>(List.of(others));
        all.add(subscriber);
        return all.toArray(NOBODY);
    }

    /** False if the subscriber was not a receiver there. */
    boolean remove(Address address, Subscriber subscriber) {
        OfChannel channel = byChannel.get(address.channel());
        if (channel == null || !List.of(channel.all).contains(subscriber)) {
            return false;
        }
        channel.all = without(channel.all, subscriber);
        if (channel.all.length == 0) {
            byChannel.remove(address.channel());
        }
        String tag = address.tag();
        if (channel.byTag != null && tag != null) {
            Subscriber[] others = without(channel.byTag.getOrDefault(tag, NOBODY), subscriber);
            if (others.length == 0) {
                channel.byTag.remove(tag);
            } else {
                channel.byTag.put(tag, others);
            }
        }
        return true;
    }

    private static Subscriber[] without(Subscriber[] all, Subscriber subscriber) {
        Set<Subscriber> others = new LinkedHashSet<>(List.of(all));
        others.remove(subscriber);
        return others.toArray(NOBODY);
    }

    boolean has(String channel) {
        return byChannel.containsKey(channel);
    }

    /** False if the channel has no receivers. */
    boolean isShared(String channel) {
        OfChannel found = byChannel.get(channel);
        return found != null && found.byTag != null;
    }

    boolean isEmpty() {
        return byChannel.isEmpty();
    }
}
