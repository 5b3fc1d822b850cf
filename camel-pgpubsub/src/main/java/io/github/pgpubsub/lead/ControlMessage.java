package io.github.pgpubsub.lead;

import java.util.Optional;

/**
 * What members of a group tell each other, a NOTIFY on the group's control channel: {@code 1 VACANT}. The version comes
 * first, so that members of different releases can tell what they do not understand.
 *
 * @param type what is said
 */
public record ControlMessage(Type type) {

    /** The protocol that this release speaks. */
    public static final int VERSION = 1;

    /** What can be said. */
    public enum Type {
        /** The leader's lock is free: sent after an orderly stop. */
        VACANT
    }

    /** The payload of the notification. */
    public String encode() {
        return VERSION + " " + type;
    }

    /** Empty: not one of ours, or of a version that this release does not know. */
    public static Optional<ControlMessage> decode(String payload) {
        String[] words = payload.split(" ");
        if (words.length < 2 || !words[0].equals(String.valueOf(VERSION))) {
            return Optional.empty();
        }
        for (Type type : Type.values()) {
            if (type.name().equals(words[1])) {
                return Optional.of(new ControlMessage(type));
            }
        }
        return Optional.empty();
    }
}
