package io.github.pgpubsub.internal.log.sharding;

import java.util.Comparator;

/**
 * Names a member of a group, the same for all who see it. Another one after each reconnect.
 *
 * @param backend process id of the session that holds its locks
 * @param number  tells the members of one process apart
 */
public record MemberId(int backend, int number) implements Comparable<MemberId> {

    private static final Comparator<MemberId> ORDER = Comparator.comparingInt(MemberId::backend)
            .thenComparingInt(MemberId::number);

    @Override
    public int compareTo(MemberId other) {
        return ORDER.compare(this, other);
    }
}
