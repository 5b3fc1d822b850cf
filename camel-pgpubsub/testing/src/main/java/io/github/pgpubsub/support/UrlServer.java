package io.github.pgpubsub.support;

import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** A server that somebody else runs, for a version or a set-up that no other source has. */
final class UrlServer implements PostgresServer {

    private final Properties parsed;

    UrlServer(String url) {
        Properties properties = url == null ? null : Driver.parseURL(url, new Properties());
        if (properties == null || PGProperty.USER.getOrDefault(properties) == null
                || PGProperty.PASSWORD.getOrDefault(properties) == null) {
            // The URL itself stays out of the message: it may hold a password.
            throw new IllegalArgumentException(URL + " must be jdbc:postgresql://host:port/database?user=...&password=...");
        }
        parsed = properties;
    }

    @Override
    public String host() {
        return PGProperty.PG_HOST.getOrDefault(parsed);
    }

    @Override
    public int port() {
        return Integer.parseInt(PGProperty.PG_PORT.getOrDefault(parsed));
    }

    @Override
    public String superuser() {
        return PGProperty.USER.getOrDefault(parsed);
    }

    @Override
    public String password() {
        return PGProperty.PASSWORD.getOrDefault(parsed);
    }

    @Override
    public String database() {
        return PGProperty.PG_DBNAME.getOrDefault(parsed);
    }

    @Override
    public void close() {
        // It was there before us.
    }

    @Override
    public String toString() {
        return "PostgreSQL at " + host() + ":" + port();
    }
}
