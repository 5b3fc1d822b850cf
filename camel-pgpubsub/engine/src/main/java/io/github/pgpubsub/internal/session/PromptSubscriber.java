package io.github.pgpubsub.internal.session;

import org.jspecify.annotations.Nullable;

/**
 * A participant that deals with each notification at once, or listens to no channel, so that the session never waits for it. It keeps no
 * group informed while the session does not read.
 */
public interface PromptSubscriber extends Subscriber {

    @Override
    default void received(Notification notification) {}

    @Override
    default void handOn() {}

    @Override
    default boolean ready() {
        return true;
    }

    @Override
    default @Nullable Sign signOfLife(int auxiliary) {
        return null;
    }
}
