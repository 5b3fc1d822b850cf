package io.github.pgpubsub.internal.log.reading.simulation;

import io.github.pgpubsub.internal.log.reading.Snapshot;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A snapshot, as the server understands it. */
record Xids(long xmax, Set<Long> xip) {

    static final Xids NONE = new Xids(3, Set.of());

    boolean sees(long xid) {
        return xid < xmax && !xip.contains(xid);
    }

    long xmin() {
        return xip.stream().mapToLong(Long::longValue).min().orElse(xmax);
    }

    Snapshot print() {
        return new Snapshot(xmin() + ":" + xmax + ":" + xip.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    private static final Map<Snapshot, Xids> KNOWN = new ConcurrentHashMap<>();

    static Xids parse(Snapshot snapshot) {
        if (KNOWN.size() > 10_000) {
            KNOWN.clear();
        }
        return KNOWN.computeIfAbsent(snapshot, Xids::read);
    }

    private static Xids read(Snapshot snapshot) {
        String[] parts = snapshot.text().split(":", 3);
        Set<Long> xip = new TreeSet<>();
        Arrays.stream(parts[2].split(",")).filter(each -> !each.isEmpty()).map(Long::valueOf).forEach(xip::add);
        return new Xids(Long.parseLong(parts[1]), xip);
    }
}
