package io.github.pgpubsub.internal.work;

/** Those who take from a queue. They do not wait at the queue: it tells them when there may be something to take. */
public interface Takers {

    /**
     * There may be something to take. Never blocks, and needs no memory. May be called under the queue's lock.
     *
     * @param pieces so many takers at most find something
     */
    void call(int pieces);

    /**
     * Calls once, after so many nanoseconds, or earlier. May be called under the queue's lock.
     *
     * @throws OutOfMemoryError then ask again
     */
    void callIn(long nanos);
}
