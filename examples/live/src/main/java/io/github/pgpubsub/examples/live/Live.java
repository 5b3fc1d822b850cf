package io.github.pgpubsub.examples.live;

import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.io.IOException;
import java.sql.SQLException;
import org.apache.camel.RuntimeCamelException;

/** The example's main class: serves the page until it is stopped. */
public final class Live {

    private static final int PORT = 8080;

    private Live() {}

    public static void main(String... arguments) throws Exception {
        try {
            run(Options.parse(arguments));
        } catch (IllegalArgumentException | IOException | SQLException | RuntimeCamelException | PoolInitializationException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(Options options) throws Exception {
        if (options.url() != null) {
            serve(options, options.url(), "live-" + ProcessHandle.current().pid(), PORT);
        } else {
            try (Seat seat = new SharedServer("live", SharedServer.defaultFolder("live"), System.out::println).join()) {
                // Processes that start at the same time try different ports first.
                serve(options, seat.url(), "live-" + seat.number(), PORT + seat.number() - 1);
            }
        }
    }

    private static void serve(Options options, String url, String given, int firstPort) throws Exception {
        int port = options.port() == 0 ? Application.freePort(firstPort) : options.port();
        if (!Application.isFree(port)) {
            throw new IOException("Port " + port + " is taken by another program; pass another one with --port");
        }
        String name = options.name() == null ? given : options.name();
        try (Application application = new Application(options.withPort(port), url, name)) {
            System.out.printf("""

                    This is %s, process %d. Open %s

                    Then run the same command in a second terminal, and stop this process with Ctrl-C or kill -9 %2$d.

                    """, name, ProcessHandle.current().pid(), application.page());
            application.run();
        }
    }
}
