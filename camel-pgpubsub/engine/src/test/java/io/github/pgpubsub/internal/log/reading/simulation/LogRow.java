package io.github.pgpubsub.internal.log.reading.simulation;

/** A row of the log. It is the same object on every timeline that has it. */
final class LogRow {

    final long id;
    final long xid;
    final long micros;
    final int slot;
    /** It was parked there and is for that group alone; 0: for all. */
    private final int group;
    /** When its id was drawn, and when its transaction was committed, counted in events of the server; 0: it is not. */
    final long drawnAt;
    long committedAt;
    boolean everCommitted;

    LogRow(long id, long xid, long micros, int slot, long drawnAt, int group) {
        this.id = id;
        this.xid = xid;
        this.micros = micros;
        this.slot = slot;
        this.drawnAt = drawnAt;
        this.group = group;
    }

    boolean isFor(int reader) {
        return group == 0 || group == reader;
    }

    void committed(long at) {
        committedAt = committedAt == 0 ? at : committedAt;
        everCommitted = true;
    }

    @Override
    public String toString() {
        return id + " of " + xid + " (drawn " + drawnAt + ", committed " + committedAt + ")";
    }
}
