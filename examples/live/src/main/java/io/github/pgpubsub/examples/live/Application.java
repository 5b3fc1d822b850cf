package io.github.pgpubsub.examples.live;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;

/** One process of the example: Camel, its web server, and a pool of connections for the shop. */
final class Application implements AutoCloseable {

    private final Options options;
    private final HikariDataSource database;
    private final Main camel = new Main();

    /**
     * @param url  JDBC URL or libpq URI of the database
     * @param name of the process, also of its CamelContext
     */
    Application(Options options, String url, String name) throws SQLException, IOException {
        this.options = options;
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(2);
        pool.setPoolName("shop");
        database = new HikariDataSource(pool);
        Shop shop = new Shop(database, name);
        shop.prepare();
        Browsers browsers = new Browsers();
        camel.bind("shop", shop);
        camel.bind("browsers", browsers);
        camel.addInitialProperty("camel.main.name", name);
        camel.addInitialProperty("camel.component.pgpubsub.url", url);
        camel.addInitialProperty("camel.server.port", String.valueOf(options.port()));
        camel.addInitialProperty("live.customers", String.valueOf(!options.quiet()));
        camel.addMainListener(new MainListenerSupport() {
            @Override
            public void afterConfigure(BaseMainSupport main) {
                // The web server starts with the context.
                onStarted(main.getCamelContext(), (context, wasStarted) -> browsers.serve(context, options.port()));
            }
        });
    }

    private static void onStarted(CamelContext context, StartupListener action) {
        try {
            context.addStartupListener(action);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    String page() {
        return "http://127.0.0.1:" + options.port() + "/";
    }

    void start() throws Exception {
        camel.start();
    }

    /** Returns when the process is told to stop. */
    void run() throws Exception {
        camel.run();
    }

    @Override
    public void close() {
        camel.shutdown();
        database.close();
    }

    /** The first free port from this one on. */
    static int freePort(int first) {
        for (int port = first; port < first + 100; port++) {
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalArgumentException("No port from " + first + " to " + (first + 99) + " is free; pass --port");
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
