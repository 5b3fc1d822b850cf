package io.github.pgpubsub.internal.work;

import java.util.concurrent.ConcurrentLinkedQueue;

/** A crew of a test, and the pieces that wait for it. */
final class Pieces implements Work {

    /** What a worker does with a piece. */
    interface Handler {
        void handle(int piece) throws Exception;
    }

    private final ConcurrentLinkedQueue<Integer> waiting = new ConcurrentLinkedQueue<>();
    private final Handler handler;
    final Crew crew;

    Pieces(WorkerPool pool, int workers, Handler handler) {
        this.handler = handler;
        this.crew = new Crew(pool, "test", workers, this);
    }

    static Pieces open(WorkerPool pool, int workers, Handler handler) {
        Pieces pieces = new Pieces(pool, workers, handler);
        pieces.crew.open();
        return pieces;
    }

    void put(int piece) {
        waiting.add(piece);
        crew.call(1);
    }

    @Override
    public boolean next() {
        Integer piece = waiting.poll();
        if (piece == null) {
            return false;
        }
        try {
            handler.handle(piece);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return true;
    }
}
