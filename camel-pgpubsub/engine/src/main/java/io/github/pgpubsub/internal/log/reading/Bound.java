package io.github.pgpubsub.internal.log.reading;

/**
 * One end of a window.
 *
 * @param snapshot what lies before the end: the rows that this snapshot sees
 * @param maxId    the sequence's value, read after the snapshot was taken: no row that the snapshot sees has a higher id
 * @param xid      drawn after {@code maxId} was read: a transaction with a later xid draws ids above {@code maxId} only
 */
public record Bound(Snapshot snapshot, long maxId, long xid) {}
