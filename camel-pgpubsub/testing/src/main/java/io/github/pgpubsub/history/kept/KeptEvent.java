package io.github.pgpubsub.history.kept;

import java.util.Arrays;
import java.util.Locale;

/** A line of a record. */
public sealed interface KeptEvent {

    /** Time in microseconds since the epoch, by the machine's clock. */
    long micros();

    /** The process that wrote the event. */
    String process();

    /** What a writer, or at the end the database, says of a message. */
    enum Stage {
        SENDING, COMMITTED, ROLLED_BACK,
        /** The connection broke in the commit. */
        UNKNOWN,
        /** The message's transaction is committed: the test has read it from the database at the end. */
        IN_DATABASE
    }

    /** A writer's transaction with this message. */
    record Written(long micros, String process, Stage stage, KeptNumber message) implements KeptEvent {

        @Override
        public String toString() {
            return stage.name().toLowerCase(Locale.ROOT) + " " + message;
        }
    }

    /** What a receiver does with a message. */
    enum Phase { BEGIN, END, FAILED }

    /**
     * A handler begins or ends a message.
     *
     * @param again whether the message is marked as redelivered
     * @param epoch of the leadership that handed it out
     */
    record Delivered(long micros, String process, Phase phase, String group, KeptNumber message, boolean again, long epoch)
            implements
                KeptEvent {

        @Override
        public String toString() {
            return phase.name().toLowerCase(Locale.ROOT) + " " + group + " " + (again ? "again" : "new") + " " + epoch + " "
                    + message;
        }
    }

    /**
     * The effects of a message in the database, read at the end. Only of messages that have any.
     *
     * @param group that handled it with {@code ackMode=transaction}
     * @param count how often
     */
    record Effect(long micros, String process, String group, KeptNumber message, long count) implements KeptEvent {

        @Override
        public String toString() {
            return "effect " + group + " " + count + " " + message;
        }
    }

    /** What the test does to a process, or to the server. */
    enum What {
        STARTING, STARTED, STOPPING, STOPPED, KILLED, FREEZING, THAWED, DISTURBING, SETTLED
    }

    /**
     * The test acts.
     *
     * @param member a process; {@code *}: the server
     * @param detail text for people, without blanks; "-": none
     */
    record Happened(long micros, String process, What what, String member, String detail) implements KeptEvent {

        @Override
        public String toString() {
            return what.name().toLowerCase(Locale.ROOT) + " " + member + " " + detail;
        }
    }

    /** Parses what {@code toString()} of an event returns. */
    static KeptEvent parse(long micros, String process, String text) {
        String[] words = text.split(" ");
        String kind = words[0].toUpperCase(Locale.ROOT);
        if (is(Stage.values(), kind)) {
            return new Written(micros, process, Stage.valueOf(kind), message(words, 1));
        } else if (is(Phase.values(), kind)) {
            return new Delivered(micros, process, Phase.valueOf(kind), words[1], message(words, 4), words[2].equals("again"),
                    Long.parseLong(words[3]));
        } else if (kind.equals("EFFECT")) {
            return new Effect(micros, process, words[1], message(words, 3), Long.parseLong(words[2]));
        }
        return new Happened(micros, process, What.valueOf(kind), words[1], words[2]);
    }

    private static boolean is(Enum<?>[] constants, String name) {
        return Arrays.stream(constants).anyMatch(each -> each.name().equals(name));
    }

    private static KeptNumber message(String[] words, int from) {
        return new KeptNumber(words[from], words[from + 1], Long.parseLong(words[from + 2]));
    }
}
