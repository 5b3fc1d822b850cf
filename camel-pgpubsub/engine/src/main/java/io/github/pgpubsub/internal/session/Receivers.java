package io.github.pgpubsub.internal.session;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The receivers of each channel, and of each tag on a shared channel. Belongs to the session's thread. */
final class Receivers {

    private static final Receiver[] NOBODY = {};

    /** In the order in which they were added. The arrays are never modified; a change makes a new one. */
    private static final class OfChannel {

        /** Null: the channel is not shared. */
        private final @Nullable Map<String, Receiver[]> byTag;
        /** Whatever their tags. */
        private Receiver[] all = NOBODY;

        OfChannel(boolean isShared) {
            byTag = isShared ? new HashMap<>() : null;
        }
    }

    private final Map<String, OfChannel> byChannel = new HashMap<>();
    private final Map<Subscriber, Receiver> bySubscriber = new HashMap<>();

    /** All subscribers of the channel. */
    Subscriber[] of(String channel) {
        OfChannel found = byChannel.get(channel);
        return found == null ? new Subscriber[0] : Arrays.stream(found.all).map(Receiver::subscriber).toArray(Subscriber[]::new);
    }

    /** The receivers of this notification. The array must not be modified. */
    Receiver[] of(Notification notification) {
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
        Receiver receiver = bySubscriber.computeIfAbsent(subscriber, Receiver::new);
        receiver.gotAddress(address);
        channel.all = with(channel.all, receiver);
        if (channel.byTag != null && tag != null) {
            channel.byTag.put(tag, with(channel.byTag.getOrDefault(tag, NOBODY), receiver));
        }
    }

    private static Receiver[] with(Receiver[] others, Receiver receiver) {
        Set<Receiver> all = new LinkedHashSet<>(List.of(others));
        all.add(receiver);
        return all.toArray(NOBODY);
    }

    /** False if the subscriber was not a receiver there. What was read for it and waits there is not given any more. */
    boolean remove(Address address, Subscriber subscriber) {
        OfChannel channel = byChannel.get(address.channel());
        Receiver receiver = bySubscriber.get(subscriber);
        if (channel == null || receiver == null || !receiver.lostAddress(address)) {
            return false;
        }
        channel.all = without(channel.all, receiver);
        if (channel.all.length == 0) {
            byChannel.remove(address.channel());
        }
        String tag = address.tag();
        if (channel.byTag != null && tag != null) {
            Receiver[] others = without(channel.byTag.getOrDefault(tag, NOBODY), receiver);
            if (others.length == 0) {
                channel.byTag.remove(tag);
            } else {
                channel.byTag.put(tag, others);
            }
        }
        if (!receiver.hasAddress()) {
            bySubscriber.remove(subscriber);
        }
        return true;
    }

    private static Receiver[] without(Receiver[] all, Receiver receiver) {
        Set<Receiver> others = new LinkedHashSet<>(List.of(all));
        others.remove(receiver);
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
