package io.github.pgpubsub.examples.bridges;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** When a broker was away. */
final class Outages {

    /** A client may find out and send again so much later. */
    private static final long AFTERMATH_MILLIS = 15_000;

    private record Outage(long from, long to) {}

    private final List<Outage> outages = new CopyOnWriteArrayList<>();

    void add(long fromMillis, long toMillis) {
        outages.add(new Outage(fromMillis, toMillis));
    }

    boolean near(long millis) {
        return outages.stream().anyMatch(each -> millis >= each.from() && millis <= each.to() + AFTERMATH_MILLIS);
    }
}
