package io.github.pgpubsub.examples.live;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The command line's options.
 *
 * @param url   of the user's own server; null: the shared server
 * @param name  of this process; null: a generated name
 * @param port  of the web server; 0: the first free one from 8080
 * @param quiet whether no orders come by themselves
 */
record Options(@Nullable String url, @Nullable String name, int port, boolean quiet) {

    static final String USAGE = """
            examples/live/run [flags]
              --port PORT  port of the page (8080, or the next free one)
              --name NAME  name of this process (live-1, live-2, ...)
              --quiet      no orders come by themselves
              --url URL    your own PostgreSQL: 'jdbc:postgresql://host/db?user=me&password=secret'
            """;

    /** @throws IllegalArgumentException with a text for the user */
    static Options parse(String... arguments) {
        Options options = new Options(null, null, 0, false);
        for (Iterator<String> words = Arrays.asList(arguments).iterator(); words.hasNext();) {
            String flag = words.next();
            options = switch (flag) {
                case "--url" -> new Options(url(flag, words), options.name, options.port, options.quiet);
                case "--name" -> new Options(options.url, value(flag, words), options.port, options.quiet);
                case "--port" -> new Options(options.url, options.name, port(flag, words), options.quiet);
                case "--quiet" -> new Options(options.url, options.name, options.port, true);
                default -> throw new IllegalArgumentException("unknown flag '" + flag + "'\n" + USAGE);
            };
        }
        return options;
    }

    /** Does not repeat what was given, because it may hold a password. */
    private static String url(String flag, Iterator<String> words) {
        String value = value(flag, words);
        if (!isReadable(value)) {
            throw new IllegalArgumentException(flag + " needs a JDBC URL: 'jdbc:postgresql://host/db?user=me&password=secret'");
        }
        return value;
    }

    private static boolean isReadable(String url) {
        try {
            return DriverManager.getDriver(url) != null;
        } catch (SQLException noDriverCanReadIt) {
            return false;
        }
    }

    private static int port(String flag, Iterator<String> words) {
        String value = value(flag, words);
        try {
            int port = Integer.parseInt(value);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException("%s needs a number from 1 to 65535, not '%s'".formatted(flag, value));
    }

    private static String value(String flag, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(flag + " needs a value\n" + USAGE);
        }
        return words.next();
    }

    Options withPort(int found) {
        return new Options(url, name, found, quiet);
    }
}
