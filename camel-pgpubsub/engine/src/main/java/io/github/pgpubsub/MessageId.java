package io.github.pgpubsub;

/**
 * Names a message alike on every member: by the term, the leader's marker before it and its place after that.
 *
 * @param epoch  the leader's term, a random text
 * @param marker the leader's control messages are numbered within a term
 * @param count  data messages since that marker, from 1, counted before any filter
 */
public record MessageId(String epoch, long marker, long count) {

    @Override
    public String toString() {
        return epoch + "-" + marker + "-" + count;
    }
}
