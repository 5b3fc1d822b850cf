package io.github.pgpubsub.benchmark.kit;

import java.util.Map;

/** Address and login of the PostgreSQL server. Passed in libpq's environment variables, which the process list does not show. */
public record Server(String host, int port, String database, String user, String password) {

    static Server fromEnvironment() {
        Map<String, String> environment = System.getenv();
        return new Server(environment.get("PGHOST"), Integer.parseInt(environment.get("PGPORT")), environment.get("PGDATABASE"),
                environment.get("PGUSER"), environment.get("PGPASSWORD"));
    }

    public Map<String, String> toEnvironment() {
        return Map.of("PGHOST", host, "PGPORT", Integer.toString(port), "PGDATABASE", database, "PGUSER", user, "PGPASSWORD",
                password);
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
    }
}
