package io.github.pgpubsub.history;

import java.util.Locale;

/** A line of a history. */
public sealed interface Event {

    /** Time in microseconds since the epoch, by the machine's clock. */
    long micros();

    /** The process that wrote the event: a member, a sender, or the test. */
    String process();

    /** State of a sending transaction. */
    enum Stage { SENDING, COMMITTED, FAILED, UNKNOWN }

    /** A transaction with the numbers first to last begins, or has ended. */
    record Sending(long micros, String process, Stage stage, String sender, long first, long last) implements Event {

        @Override
        public String toString() {
            return name(stage) + " " + sender + " " + first + " " + last;
        }
    }

    /**
     * The route begins a message. This is the moment at which a member takes the message.
     *
     * @param again whether the message is marked as redelivered
     * @param id    the message id; "-": none
     */
    record Begin(long micros, String process, Numbered message, boolean again, String id) implements Event {

        @Override
        public String toString() {
            return "begin " + message.sender() + " " + message.number() + " " + (again ? "again" : "new") + " " + id;
        }
    }

    /** The route has finished a message. */
    record End(long micros, String process, Numbered message) implements Event {

        @Override
        public String toString() {
            return "end " + message.sender() + " " + message.number();
        }
    }

    /** A gap is reported to the route: messages may have been missed. */
    record Gap(long micros, String process, long millis) implements Event {

        @Override
        public String toString() {
            return "gap " + millis;
        }
    }

    /** A member's role has changed. */
    record Role(long micros, String process, String from, String to) implements Event {

        @Override
        public String toString() {
            return "role " + from + " " + to;
        }
    }

    /**
     * The test acts on a member or on the server.
     *
     * @param member the member; {@link #EVERYBODY}: the server
     * @param detail text for people, without blanks; "-": none
     */
    record Happening(long micros, String process, What what, String member, String detail) implements Event {

        static final String EVERYBODY = "*";

        @Override
        public String toString() {
            return name(what) + " " + member + " " + detail;
        }
    }

    /** Parses the text that {@code toString()} of an event writes. */
    static Event parse(long micros, String process, String text) {
        String[] words = text.split(" ");
        return switch (words[0]) {
            case "begin" -> new Begin(micros, process, new Numbered(words[1], Long.parseLong(words[2])), words[3].equals("again"),
                    words[4]);
            case "end" -> new End(micros, process, new Numbered(words[1], Long.parseLong(words[2])));
            case "gap" -> new Gap(micros, process, Long.parseLong(words[1]));
            case "role" -> new Role(micros, process, words[1], words[2]);
            case "sending", "committed", "failed", "unknown" -> new Sending(micros, process, constant(Stage.class, words[0]),
                    words[1], Long.parseLong(words[2]), Long.parseLong(words[3]));
            default -> new Happening(micros, process, constant(What.class, words[0]), words[1], words[2]);
        };
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }
}
