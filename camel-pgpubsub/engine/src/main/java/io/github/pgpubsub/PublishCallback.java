package io.github.pgpubsub;

/** Learns how a publication ended. */
@FunctionalInterface
public interface PublishCallback {

    /**
     * Called once, by a thread of the executor that the publisher was given; it may block.
     *
     * @param failure null: the notification is committed
     */
    void done(Exception failure);
}
