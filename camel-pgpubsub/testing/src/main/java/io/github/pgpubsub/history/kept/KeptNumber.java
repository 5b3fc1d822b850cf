package io.github.pgpubsub.history.kept;

/**
 * A message of a test. Its writer raises the key's counter first, whose row it locks, and writes the message after: the committed messages
 * of a key have the numbers 1, 2, 3… in the order of cause and effect.
 *
 * @param name   used once, also among messages that are rolled back
 * @param key    the message's key
 * @param number of the key, from 1
 */
public record KeptNumber(String name, String key, long number) {

    /** Parses what {@link #toString} returns, which is the message's payload. */
    public static KeptNumber parse(String payload) {
        String[] words = payload.split(" ");
        if (words.length != 3) {
            throw new IllegalArgumentException("Not a message of this test: " + payload);
        }
        return new KeptNumber(words[0], words[1], Long.parseLong(words[2]));
    }

    @Override
    public String toString() {
        return name + " " + key + " " + number;
    }
}
