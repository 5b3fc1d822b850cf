package io.github.pgpubsub.internal.log.reading;

/**
 * A {@code pg_snapshot} as the server printed it. It means something only to the server and timeline that it was taken on, so
 * the reader compares it and sends it back, and never looks into it.
 */
public record Snapshot(String text) {

    @Override
    public String toString() {
        return text;
    }
}
