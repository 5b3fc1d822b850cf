package io.github.pgpubsub.support;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A running PostgreSQL with a superuser who logs in by password over TCP.
 *
 * <p>
 * Where it comes from is the machine's business, not the test's. In this order: the server that the system property
 * {@value #URL} names (a JDBC URL with {@code user} and {@code password}), a container where a Docker engine has
 * the image or gets it, embedded binaries. {@value #SOURCE} ({@code url}, {@code container} or {@code embedded}) admits one only.
 */
public sealed interface PostgresServer extends AutoCloseable permits UrlServer, ContainerServer, EmbeddedServer {

    String URL = "pgpubsub.test.url";
    String IMAGE = "pgpubsub.test.image";
    String SOURCE = "pgpubsub.test.server";
    String VERSION = "postgres.version";

    /**
     * What a server started for tests runs with. Nothing here gives up what a commit promises while the machine itself
     * stays up: a server killed in a fault test still knows every commit.
     */
    Map<String, String> SETTINGS = Map.of(
            "fsync", "off",
            "full_page_writes", "off",
            "synchronous_commit", "on",
            "max_connections", "300",
            "timezone", "UTC");

    /** Starts a server, or finds one that runs, as the system properties say. */
    static PostgresServer start() {
        return start(System::getProperty);
    }

    /** Starts a server, or finds one that runs, as these properties say; an unset one is {@code null}. */
    static PostgresServer start(UnaryOperator<String> properties) {
        String source = properties.apply(SOURCE);
        if (source != null) {
            return switch (source) {
                case "url" -> new UrlServer(properties.apply(URL));
                case "container" -> ContainerServer.start(image(properties));
                case "embedded" -> EmbeddedServer.start();
                default -> throw new IllegalArgumentException(SOURCE + " is url, container or embedded, not " + source);
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

    /** A database that is always there, to create others from. */
    String database();

    /** The JDBC URL of a database here, without user and password. */
    default String url(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), encoded(database));
    }

    /** A database here as libpq writes it, superuser and password included. */
    default String libpqUri(String database) {
        return "postgresql://%s:%s@%s:%d/%s".formatted(
                encoded(superuser()), encoded(password()), host(), port(), encoded(database));
    }

    /** Sessions of the superuser, without a pool: each {@code getConnection()} is a new one. */
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

    /** Ends the server as a crash does: sessions break without a word, the next start recovers. */
    default void stopImmediately() {
        throw new UnsupportedOperationException(this + " is not ours to stop");
    }

    /** Ends the server as an operator does: each session is told 57P01 and closed, then a clean shutdown. */
    default void stop() {
        throw new UnsupportedOperationException(this + " is not ours to stop");
    }

    /** Starts the stopped server again: same port, same data. Returns when it takes connections. */
    default void startAgain() {
        throw new UnsupportedOperationException(this + " is not ours to start");
    }

    @Override
    void close();
}
