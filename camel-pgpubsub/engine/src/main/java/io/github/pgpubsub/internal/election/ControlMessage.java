package io.github.pgpubsub.internal.election;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message between members of a group: a NOTIFY on the group's control channel, such as
 * {@code 1 PROGRESS k3x.17 epoch=9f2 n=4 ref=k3x.16 count=12}.
 *
 * <p>The version comes first. A release reads messages of every version: it ignores types and fields that it does not know, and the
 * ones that it knows have the same meaning in all versions. So old and new releases can be in one group during a deploy.
 *
 * @param version the sender's protocol
 * @param type    the meaning
 * @param token   unique among all messages; names the message's position in the stream
 * @param fields  parameters of the type
 */
public record ControlMessage(int version, Type type, String token, Map<String, String> fields) {

    /** The protocol that this release speaks. */
    public static final int VERSION = 1;

    private static final Pattern ANY_VERSION = Pattern.compile("[1-9][0-9]{0,3}");

    /** The types of messages, with their senders. */
    public enum Type {
        /** A standby: I keep everything from here on. */
        JOIN,
        /** A standby: I hold everything from your reported position on; with "to", also the answer to that notice. */
        SYNCED,
        /** A standby: I had to drop messages that you have not done, so I no longer hold all of them. */
        BEHIND,
        /** A standby: I keep everything from that notice on, but do not hold everything before it that you have not done. */
        HOLDING,
        /** A standby: I am alive, in answer to a challenge. A leader: I am alive, over its auxiliary connection. */
        ALIVE,
        /** A new leader: I have the lock, and have read everything before this message when it arrives. */
        TAKEOVER,
        /** A leader: everything before ref and count is complete. Also a sign of life. */
        PROGRESS,
        /** A leader: I want to stop; drop nothing from here on, and tell me when you are in step. */
        RESIGNING,
        /** A leader: everything before ref and count is complete, and this many messages after it have begun. */
        RESIGN,
        /** A former leader: the lock is free. */
        VACANT,
        /** To the named backend: show that you are alive. */
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

    /** @param reference null: no position to name */
    ControlMessage at(@Nullable Reference reference) {
        return reference == null ? this : with("ref", reference.token()).with("count", reference.count());
    }

    /** A field; empty if it is missing. */
    String text(String name) {
        return fields.getOrDefault(name, "");
    }

    /** A field; 0 if it is missing or not a number. */
    long number(String name) {
        try {
            return Long.parseLong(fields.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The position that the message names; null: none. */
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

    /** Empty: not a control message, or of a type that this release does not know. */
    public static Optional<ControlMessage> decode(String payload) {
        String[] words = payload.split(" ");
        if (words.length < 3 || !ANY_VERSION.matcher(words[0]).matches() || words[2].isEmpty()) {
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
