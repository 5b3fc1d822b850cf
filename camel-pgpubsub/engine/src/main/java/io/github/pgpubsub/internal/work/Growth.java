package io.github.pgpubsub.internal.work;

/**
 * Decides when a pool needs more threads. A thread that is quick will soon look for another crew, so crews that wait do not need another
 * one; threads that are stuck in a handler may be blocked for ever. A pool that needs more gets twice as many each time, so that a thousand
 * crews whose handlers block all have a thread within some looks. Guarded by the pool's monitor.
 */
final class Growth {

    private final int processors;
    private int step = 1;
    /** Number of workers that had begun to wait when this looked last. */
    private long seen;

    Growth(int processors) {
        this.processors = processors;
    }

    /** Nobody waits for a thread. */
    void satisfied() {
        step = 1;
    }

    /**
     * How many more threads should look for crews. Called at each look while workers wait.
     *
     * @param working threads that have a crew
     * @param stuck   so many of them have been with one piece for long
     * @param coming  threads that look for a crew already, or have just been created
     */
    int wanted(ReadyQueue ready, int working, int stuck, int coming) {
        boolean waited = ready.taken() < seen;
        seen = ready.added();
        int quick = working - stuck;
        if (quick + coming == 0 || (waited && stuck >= quick)) {
            int more = Math.min(step, ready.workers() - coming);
            step = Math.min(2 * step, 1 << 20);
            return Math.max(0, more);
        }
        step = 1;
        // The quick ones do not keep up: if a processor is free, it can help.
        return waited && working + coming < processors ? 1 : 0;
    }
}
