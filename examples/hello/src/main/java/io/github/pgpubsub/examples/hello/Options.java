package io.github.pgpubsub.examples.hello;

import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The command line's options.
 *
 * @param name     name of this process; null: a generated name
 * @param messages number of messages to send before the process ends; 0: unlimited
 * @param interval time between two messages, milliseconds
 * @param url      URL of the user's own server; null: the shared server
 * @param text     message to send once, without listening; null: listen
 */
record Options(Scenario scenario, @Nullable String name, long messages, long interval, @Nullable String url,
        @Nullable String text, boolean help) {

    static Options parse(String... arguments) {
        Options options = new Options(Scenario.ONE, null, 0, 1000, null, null, false);
        for (Iterator<String> words = Arrays.asList(arguments).iterator(); words.hasNext();) {
            options = options.with(words.next(), words);
        }
        return options;
    }

    String nameOr(String given) {
        return name != null ? name : given;
    }

    boolean listens() {
        return text == null;
    }

    private Options with(String flag, Iterator<String> words) {
        return switch (flag) {
            case "--scenario" -> new Options(Scenario.of(value(flag, words)), name, messages, interval, url, text, help);
            case "--name" -> new Options(scenario, value(flag, words), messages, interval, url, text, help);
            case "--messages" -> new Options(scenario, name, number(flag, words), interval, url, text, help);
            case "--interval" -> new Options(scenario, name, messages, number(flag, words), url, text, help);
            case "--url" -> new Options(scenario, name, messages, interval, value(flag, words), text, help);
            case "--send" -> new Options(scenario, name, 1, interval, url, value(flag, words), help);
            case "--help", "-h" -> new Options(scenario, name, messages, interval, url, text, true);
            default -> throw new IllegalArgumentException("unknown flag '%s'; --help lists the flags".formatted(flag));
        };
    }

    private static String value(String flag, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(flag + " needs a value");
        }
        return words.next();
    }

    private static long number(String flag, Iterator<String> words) {
        String value = value(flag, words);
        try {
            long number = Long.parseLong(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException("%s needs a number above 0, not '%s'".formatted(flag, value));
    }

    static String usage() {
        StringBuilder usage = new StringBuilder("""
                examples/hello/run [flags]

                  --scenario NAME   which processes receive:
                """);
        for (Scenario scenario : Scenario.values()) {
            usage.append("                      %-14s%s%s%n".formatted(
                    scenario.flag(), scenario.meaning(), scenario == Scenario.ONE ? " (default)" : ""));
        }
        return usage.append("""
                  --name NAME       name of this process (hello-1, hello-2, ...)
                  --interval MS     milliseconds between two messages (1000)
                  --messages N      send N, then stop
                  --send TEXT       send TEXT once, receive nothing
                  --url URL         your own PostgreSQL instead of the example's:
                                    'jdbc:postgresql://host/db?user=me' or postgres://me@host/db
                  --help            show this text
                """).toString();
    }
}
