package io.github.pgpubsub.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Requests of one kind that wait to be sent together. Belongs to the session's thread. */
final class Batch<T> {

    private List<T> waiting = new ArrayList<>();

    void add(T request) {
        waiting.add(request);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void removeIf(Predicate<T> isCancelled) {
        waiting.removeIf(isCancelled);
    }

    /** Takes all waiting requests, in order of arrival. Requests added from now on are the next batch. */
    List<T> take() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<T> taken = waiting;
        waiting = new ArrayList<>();
        return taken;
    }
}
