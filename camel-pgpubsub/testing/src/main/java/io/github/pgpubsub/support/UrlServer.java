package io.github.pgpubsub.support;

import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** An existing server, for a version or a set-up that no other source provides. */
final class UrlServer implements PostgresServer {

    private final Properties parsed;

    UrlServer(String url) {
        Properties properties = url == null ? null : Driver.parseURL(url, new Properties());
        if (properties == null || PGProperty.USER.getOrDefault(properties) == null
                || PGProperty.PASSWORD.getOrDefault(properties) == null) {
            // The message does not quote the URL, which may contain a password.
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
        // The tests did not start this server, so they do not stop it.
    }

    @Override
    public String toString() {
        return "PostgreSQL at " + host() + ":" + port();
    }
}
