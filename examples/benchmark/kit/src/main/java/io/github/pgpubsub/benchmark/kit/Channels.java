package io.github.pgpubsub.benchmark.kit;

import java.util.List;
import java.util.stream.IntStream;

/** The names of the channels: lower case without punctuation, because some peers do not quote names. */
public final class Channels {

    public static final String PREFIX = "bench_";

    private Channels() {}

    public static List<String> first(int count) {
        return IntStream.range(0, count).mapToObj(i -> PREFIX + i).toList();
    }
}
