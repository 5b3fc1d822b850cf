package io.github.pgpubsub.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Wishes of one kind that wait to be sent together. Belongs to the session's thread. */
final class Batch<T> {

    private List<T> waiting = new ArrayList<>();

    void add(T wish) {
        waiting.add(wish);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void removeIf(Predicate<T> isGivenUp) {
        waiting.removeIf(isGivenUp);
    }

    /** All that wait, in the order in which they came. What is added from now on is the next batch. */
    List<T> take() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<T> taken = waiting;
        waiting = new ArrayList<>();
        return taken;
    }
}
