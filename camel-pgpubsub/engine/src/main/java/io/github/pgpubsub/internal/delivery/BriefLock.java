package io.github.pgpubsub.internal.delivery;

import java.util.concurrent.locks.ReentrantLock;

/** A lock that is held for less than a microsecond, so that its taker spins first: parking and waking a thread takes many times as long. */
final class BriefLock extends ReentrantLock {

    private static final long serialVersionUID = 1;
    private static final int SPINS = 100;

    void lockSoon() {
        for (int i = 0; i < SPINS; i++) {
            if (tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock();
    }
}
