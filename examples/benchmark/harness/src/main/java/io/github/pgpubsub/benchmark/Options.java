package io.github.pgpubsub.benchmark;

import io.github.pgpubsub.benchmark.measures.Measure;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The command line's options.
 *
 * @param peers    parts of the names of the peers to measure; empty: all peers
 * @param measures parts of the names of the measures to run; empty: all measures
 * @param out      folder for the results; null: the default
 * @param into     folder for a copy of the results, whose page is filled, too; null: no copy
 */
record Options(Plan plan, List<String> peers, List<String> measures, Path out, Path into, boolean help) {

    static Options parse(String... arguments) {
        Options options = new Options(Plan.brief(), List.of(), List.of(), null, null, false);
        for (Iterator<String> words = Arrays.asList(arguments).iterator(); words.hasNext();) {
            options = options.with(words.next(), words);
        }
        return options;
    }

    private Options with(String flag, Iterator<String> words) {
        return switch (flag) {
            case "--short" -> new Options(Plan.brief(), peers, measures, out, into, help);
            case "--full" -> new Options(Plan.full(), peers, measures, out, into, help);
            case "--check" -> new Options(Plan.check(), peers, measures, out, into, help);
            case "--peers" -> new Options(plan, list(flag, words), measures, out, into, help);
            case "--measures" -> new Options(plan, peers, list(flag, words), out, into, help);
            case "--out" -> new Options(plan, peers, measures, Path.of(value(flag, words)), into, help);
            case "--into" -> new Options(plan, peers, measures, out, Path.of(value(flag, words)), help);
            case "--help", "-h" -> new Options(plan, peers, measures, out, into, true);
            default -> throw new IllegalArgumentException("unknown flag '%s'; --help lists the flags".formatted(flag));
        };
    }

    /**
     * Whether a measure is wanted: {@code plain} wants all of plain channels; a wish that is a measure's name wants this one alone, and
     * another wish each measure whose name contains it.
     */
    boolean wants(Measure measure) {
        return measures.isEmpty() || measures.stream().anyMatch(wish -> switch (wish) {
            case "plain" -> measure.family().isPlain();
            default -> Measure.all().stream().anyMatch(any -> any.name().equals(wish)) ? measure.name().equals(wish)
                    : measure.name().contains(wish);
        });
    }

    /** Whether a name contains one of the wanted parts, or no part is given. */
    static boolean wants(List<String> wishes, String name) {
        return wishes.isEmpty() || wishes.stream().anyMatch(name::contains);
    }

    private static List<String> list(String flag, Iterator<String> words) {
        return List.of(value(flag, words).split(","));
    }

    private static String value(String flag, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(flag + " needs a value");
        }
        return words.next();
    }

    static String usage() {
        return """
                examples/benchmark/run [flags]

                  --short          some minutes, rough figures (default)
                  --full           about an hour for plain channels, and an hour for kept messages
                  --check          some seconds: fails unless every peer takes part; its figures mean nothing
                  --peers A,B      only peers whose names contain one of these
                  --measures A,B   only these measures: sending, receiving, routes, latency, channels, idle, listeners,
                                   writers, many; plain: all of these; kept: those of kept messages (kept-sending,
                                   kept-receiving, kept-flow, kept-latency, kept-writers); also batches, shards, members
                  --out DIR        folder for results.md, results.json and the plots (examples/benchmark/target/results)
                  --into DIR       also copy the results, for example into docs/benchmarks, and fill the tables of docs/benchmarks.md
                  --jmh [...]      run JMH on the hot inner parts instead; further arguments go to JMH
                  --help           show this text
                """;
    }
}
