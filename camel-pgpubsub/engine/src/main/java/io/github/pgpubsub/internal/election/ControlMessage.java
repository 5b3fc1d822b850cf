package io.github.pgpubsub.internal.election;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What members of a group tell each other: a NOTIFY on the group's control channel, such as
 * {@code 1 PROGRESS k3x.17 epoch=9f2 n=4 ref=k3x.16 count=12}.
 *
 * <p>The version comes first. A release reads messages of every version: types and fields that it does not know it leaves
 * out, and what it knows keeps its meaning in all versions. So old and new releases can be in one group during a deploy.
 *
 * @param version the sender's protocol
 * @param type    what is said
 * @param token   unique among all messages: names this message's place in the stream
 * @param fields  what belongs to it
 */
public record ControlMessage(int version, Type type, String token, Map<String, String> fields) {

    /** The protocol that this release speaks. */
    public static final int VERSION = 1;

    /** What can be said. */
    public enum Type {
        /** A standby: from here on I keep everything. */
        JOIN,
        /** A standby: the leader's progress is a place that I hold; with "to", also the answer to that notice. */
        SYNCED,
        /** A standby: I had to drop what you have not done, and no longer hold all of it. */
        BEHIND,
        /** A standby: I keep everything from that notice on, but do not hold all that you have not done before it. */
        HOLDING,
        /** A standby: I am here; the answer to a challenge. */
        ALIVE,
        /** A new leader: I have the lock; what lies before this message I have read. */
        TAKEOVER,
        /** A leader: everything before ref and count is complete. Also its sign of life. */
        PROGRESS,
        /** A leader: I want to stop; drop nothing from here on, and tell me when you are in step. */
        RESIGNING,
        /** A leader: complete before ref and count, and so many after that begun. */
        RESIGN,
        /** A former leader: the lock is free. */
        VACANT,
        /** To the backend named: show that you are alive. */
        CHALLENGE
    }

    public ControlMessage {
        fields = Map.copyOf(fields);
    }

    static ControlMessage of(Type type, String token) {
        return new ControlMessage(VERSION, type, token, Map.of());
    }

    ControlMessage with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, String.valueOf(value));
        return new ControlMessage(version, type, token, more);
    }

    /** @param reference null: no place to name */
    ControlMessage at(@Nullable Reference reference) {
        return reference == null ? this : with("ref", reference.token()).with("count", reference.count());
    }

    /** A field, empty where it is missing. */
    String text(String name) {
        return fields.getOrDefault(name, "");
    }

    /** A field, 0 where it is missing or not a number. */
    long number(String name) {
        try {
            return Long.parseLong(fields.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Null: it names no place. */
    @Nullable
    Reference reference() {
        return fields.containsKey("ref") ? new Reference(text("ref"), number("count")) : null;
    }

    /** The payload of the notification. */
    public String encode() {
        StringBuilder text = new StringBuilder().append(version).append(' ').append(type).append(' ').append(token);
        fields.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
        return text.toString();
    }

    /** Empty: not one of ours, or one that this release does not know. */
    public static Optional<ControlMessage> decode(String payload) {
        String[] words = payload.split(" ");
        if (words.length < 3 || !words[0].matches("[1-9][0-9]{0,3}") || words[2].isEmpty()) {
            return Optional.empty();
        }
        for (Type type : Type.values()) {
            if (type.name().equals(words[1])) {
                Map<String, String> fields = new LinkedHashMap<>();
                for (int i = 3; i < words.length; i++) {
                    int equals = words[i].indexOf('=');
                    if (equals > 0) {
                        fields.put(words[i].substring(0, equals), words[i].substring(equals + 1));
                    }
                }
                return Optional.of(new ControlMessage(Integer.parseInt(words[0]), type, words[2], fields));
            }
        }
        return Optional.empty();
    }
}
