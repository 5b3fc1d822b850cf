package io.github.pgpubsub.support;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A running PostgreSQL server with a superuser who logs in by password over TCP.
 *
 * <p>
 * The machine decides where the server comes from, not the test. In this order: the server that the system property
 * {@value #URL} names (a JDBC URL with {@code user} and {@code password}); a container, if a Docker engine has the image or can
 * pull it; embedded binaries. {@value #SOURCE} ({@code url}, {@code container} or {@code embedded}) allows only one of them.
 */
public sealed interface PostgresServer extends AutoCloseable permits UrlServer, ContainerServer, EmbeddedServer {

    String URL = "pgpubsub.test.url";
    String IMAGE = "pgpubsub.test.image";
    String SOURCE = "pgpubsub.test.server";
    String VERSION = "postgres.version";

    /**
     * Settings of servers started for tests. They keep every commit as long as the machine itself stays up, so a server that a
     * fault test kills loses no commit.
     */
    Map<String, String> SETTINGS = Map.of(
            "fsync", "off",
            "full_page_writes", "off",
            "synchronous_commit", "on",
            "max_connections", "300",
            "timezone", "UTC");

    /** Starts a server or finds a running one, according to the system properties. */
    static PostgresServer start() {
        return start(System::getProperty);
    }

    /** Starts a server or finds a running one, according to these properties; an unset property is {@code null}. */
    static PostgresServer start(UnaryOperator<String> properties) {
        String source = properties.apply(SOURCE);
        if (source != null) {
            return switch (source) {
                case "url" -> new UrlServer(properties.apply(URL));
                case "container" -> ContainerServer.start(image(properties));
                case "embedded" -> EmbeddedServer.start();
                default -> throw new IllegalArgumentException(SOURCE + " must be url, container or embedded, not " + source);
            };
        }
        if (properties.apply(URL) != null) {
            return new UrlServer(properties.apply(URL));
        }
        if (ContainerServer.available(image(properties))) {
            return ContainerServer.start(image(properties));
        }
        return EmbeddedServer.start();
    }

    private static String image(UnaryOperator<String> properties) {
        String image = properties.apply(IMAGE);
        if (image != null) {
            return image;
        }
        String version = properties.apply(VERSION);
        return version == null ? "postgres:alpine" : "postgres:" + version.split("\\.")[0] + "-alpine";
    }

    String host();

    int port();

    String superuser();

    String password();

    /** A database that always exists, for creating others. */
    String database();

    /** The JDBC URL of a database of this server, without user and password. */
    default String url(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), encoded(database));
    }

    /** The libpq URI of a database of this server, with superuser and password. */
    default String libpqUri(String database) {
        return "postgresql://%s:%s@%s:%d/%s".formatted(
                encoded(superuser()), encoded(password()), host(), port(), encoded(database));
    }

    /** A DataSource of the superuser without a pool: each {@code getConnection()} opens a new session. */
    default PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url(database));
        source.setUser(superuser());
        source.setPassword(password());
        return source;
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Whether {@link #stopImmediately()}, {@link #stop()} and {@link #startAgain()} work here. */
    default boolean canRestart() {
        return false;
    }

    /** Ends the server like a crash: sessions break without an error message, and the next start recovers. */
    default void stopImmediately() {
        throw new UnsupportedOperationException(this + " was not started by the tests and can't be stopped");
    }

    /** Ends the server as an operator does: each session gets error 57P01 and is closed, then the server shuts down cleanly. */
    default void stop() {
        throw new UnsupportedOperationException(this + " was not started by the tests and can't be stopped");
    }

    /** Starts the stopped server again, with the same port and data. Returns when it accepts connections. */
    default void startAgain() {
        throw new UnsupportedOperationException(this + " was not started by the tests and can't be started");
    }

    @Override
    void close();
}
