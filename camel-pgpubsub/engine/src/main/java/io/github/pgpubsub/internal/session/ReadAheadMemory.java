package io.github.pgpubsub.internal.session;

/**
 * The memory for bytes that were read ahead, shared by all sessions of the process: many stalled routes must not take it all. If there is
 * too little, sessions that hold at least the average give up, until what the others hold fits. Any thread may use it.
 */
final class ReadAheadMemory {

    static final ReadAheadMemory OF_THE_PROCESS = new ReadAheadMemory(
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8), Runtime.getRuntime().maxMemory() / 4);

    private final long mostForEach;
    private final long mostForAll;
    private long held;
    private int holders;

    /**
     * @param mostForEach maximum bytes that one session holds
     * @param mostForAll  maximum bytes that all sessions hold together
     */
    ReadAheadMemory(long mostForEach, long mostForAll) {
        this.mostForEach = mostForEach;
        this.mostForAll = mostForAll;
    }

    /** Maximum bytes that a session may hold which holds {@code own} of them now. */
    synchronized long mostFor(long own) {
        return Math.max(0, Math.min(mostForEach, mostForAll - (held - own)));
    }

    /**
     * A session holds another number of bytes.
     *
     * @return whether it may go on; if not, it must give up all of them, and no longer counts: the others need not give up, too
     */
    synchronized boolean hold(long before, long now) {
        assert before >= 0 && now >= 0;
        held += now - before;
        holders += (now > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
        boolean mayGoOn = now <= mostForEach && (held <= mostForAll || now * holders < held);
        if (!mayGoOn) {
            held -= now;
            holders--;
        }
        return mayGoOn;
    }

    synchronized long held() {
        return held;
    }
}
