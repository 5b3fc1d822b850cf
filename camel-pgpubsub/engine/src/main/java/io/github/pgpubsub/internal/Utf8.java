package io.github.pgpubsub.internal;

/** What the server takes as text: UTF-8 without NUL. */
public final class Utf8 {

    private Utf8() {}

    /**
     * Checks a text and returns its length in bytes of UTF-8.
     *
     * @param what names the text in the message, for example "payload"
     * @throws IllegalArgumentException when the text has a NUL character or half a surrogate pair; the message does not repeat the text
     */
    public static long check(String what, String text) {
        long bytes = 0;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException(
                        "The " + what + " has a NUL character at index " + i + ", which PostgreSQL can't hold");
            } else if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                throw new IllegalArgumentException(
                        "The " + what + " has half a surrogate pair at index " + i + " and so is not valid Unicode");
            }
        }
        return bytes;
    }
}
