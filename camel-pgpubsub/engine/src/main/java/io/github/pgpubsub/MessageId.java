package io.github.pgpubsub;

/**
 * Identifies a message, with the same value on every member: the term, the leader's marker before it, and the position after
 * that.
 *
 * @param epoch  the leader's term, a random string
 * @param marker number of the leader's last control message before it, counted within a term
 * @param count  data messages since that marker, from 1, counted before any filter
 */
public record MessageId(String epoch, long marker, long count) {

    @Override
    public String toString() {
        return epoch + "-" + marker + "-" + count;
    }
}
