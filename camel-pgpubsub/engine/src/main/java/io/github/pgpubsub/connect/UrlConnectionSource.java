package io.github.pgpubsub.connect;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections to a URL: JDBC's {@code jdbc:postgresql://…} or libpq's {@code postgres://…}.
 *
 * <p>The URL is parsed here and passed to the driver as properties, because the driver logs URLs unchanged, password included
 * ({@code org.postgresql.Driver#parseURL}).
 */
public final class UrlConnectionSource implements ConnectionSource {

    private static final String JDBC = "jdbc:postgresql:";

    private final Properties properties;

    /**
     * @param url      JDBC URL or libpq URI
     * @param user     takes precedence over a user in the URL; null or empty: the URL's
     * @param password takes precedence over a password in the URL; null or empty: the URL's, or {@code .pgpass}
     * @throws IllegalArgumentException when the URL can't be parsed; the message does not repeat the URL
     */
    public UrlConnectionSource(String url, @Nullable String user, @Nullable String password) {
        properties = parse(url.trim());
        if (user != null && !user.isEmpty()) {
            properties.setProperty("user", user);
        }
        if (password != null && !password.isEmpty()) {
            properties.setProperty("password", password);
        }
        setDefaults();
    }

    /** Replaces unsuitable defaults of the driver; values set by the user take precedence. */
    private void setDefaults() {
        // An idle listener would otherwise never learn that its server is gone.
        properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
        // Only until the connection is handed out: a server that accepts it and never answers would block forever.
        properties.putIfAbsent(PGProperty.SOCKET_TIMEOUT.getName(), PGProperty.CONNECT_TIMEOUT.getOrDefault(properties));
        if (PGProperty.PG_HOST.getOrDefault(properties).contains(",")) {
            // Without it, the driver might connect to a replica each time, if that is the first of several hosts to answer.
            properties.putIfAbsent(PGProperty.TARGET_SERVER_TYPE.getName(), "primary");
        }
        String socketFactory = PGProperty.SOCKET_FACTORY.getName();
        if (isVisibleToDriver(EagerSocketFactory.class)) {
            properties.putIfAbsent(socketFactory, EagerSocketFactory.class.getName());
        }
        // An empty value means the driver's own sockets, which have no factory class to name.
        properties.remove(socketFactory, "");
    }

    /** The driver creates the factory by name, and its class loader may not know this project. */
    private static boolean isVisibleToDriver(Class<?> type) {
        try {
            return Class.forName(type.getName(), false, Driver.class.getClassLoader()) == type;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static Properties parse(String url) {
        String beforeParameters = url.substring(0, url.indexOf('?') < 0 ? url.length() : url.indexOf('?'));
        if (beforeParameters.substring(beforeParameters.lastIndexOf('@') + 1).matches(".*[&=].*")) {
            // The driver would take them for a part of the database's name, which is logged.
            throw new IllegalArgumentException("The option url has parameters that do not begin with a ? (in a name, & is"
                    + " written %26 and = is %3D)");
        }
        if (LibpqUri.accepts(url)) {
            return LibpqUri.parse(url);
        }
        if (!url.startsWith(JDBC)) {
            throw new IllegalArgumentException("The option url must begin with jdbc:postgresql:, postgres:// or postgresql://");
        }
        int question = url.indexOf('?');
        String server = question < 0 ? url : url.substring(0, question);
        if (server.indexOf('@') >= 0) {
            throw new IllegalArgumentException(
                    "The JDBC URL of the option url has an @: user and password are parameters there (?user=…&password=…),"
                            + " or use the form postgres://user:password@host:port/db");
        }
        if (server.startsWith(JDBC + "//")) {
            if (server.indexOf('/', JDBC.length() + 2) < 0) {
                server += "/";
            }
            checkPorts(server.substring(JDBC.length() + 2, server.indexOf('/', JDBC.length() + 2)));
        }
        Properties given = question < 0 ? new Properties() : arguments(url.substring(question + 1));
        String service = (String) given.remove(PGProperty.SERVICE.getName());
        Properties parsed = Driver.parseURL(service == null ? server : server + "?service=" + service, given);
        if (parsed == null) {
            throw new IllegalArgumentException(
                    "The JDBC URL of the option url can't be read; it has the form jdbc:postgresql://host:port/db?name=value&…");
        }
        parsed.putAll(given);
        return parsed;
    }

    /** The driver would log an invalid port, which may be part of a password ({@code PGPropertyUtil}). */
    private static void checkPorts(String addresses) {
        for (String address : addresses.split(",")) {
            int colon = address.lastIndexOf(':');
            if (colon > address.lastIndexOf(']') && !address.substring(colon + 1).matches("\\d{1,5}")) {
                throw new IllegalArgumentException("The JDBC URL of the option url has a port that is not a number");
            }
        }
    }

    private static Properties arguments(String query) {
        Properties arguments = new Properties();
        for (String argument : query.split("&")) {
            if (!argument.isEmpty()) {
                int equals = argument.indexOf('=');
                arguments.setProperty(
                        equals < 0 ? argument : argument.substring(0, equals),
                        equals < 0 ? "" : decode(argument.substring(equals + 1)));
            }
        }
        return arguments;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Its message would repeat the text, which may be a password.
            throw new IllegalArgumentException("The JDBC URL of the option url has a % that is not followed by two hex digits");
        }
    }

    @Override
    public Connection open() throws SQLException {
        Properties copy = new Properties();
        copy.putAll(properties);
        try {
            return connect(copy);
        } catch (SQLException e) {
            if (e.getCause() == null && isPrimaryWanted(copy)) {
                Connection primary = primary(copy);
                if (primary != null) {
                    return primary;
                }
            }
            throw e;
        }
    }

    /** Host, port and database are in the properties; without the slashes the driver would read an empty database name. */
    private static Connection connect(Properties properties) throws SQLException {
        return new Driver().connect(JDBC + "//", properties);
    }

    private static boolean isPrimaryWanted(Properties properties) {
        return "primary".equals(PGProperty.TARGET_SERVER_TYPE.getOrDefault(properties));
    }

    /**
     * The driver takes a server with read-only transactions for a replica, but this may be a setting of the role, the database or
     * the server ({@code default_transaction_read_only}), with which LISTEN and NOTIFY are allowed. So if the driver finds no
     * primary, each server is asked.
     *
     * @return null if every answering server is a replica
     */
    private static @Nullable Connection primary(Properties properties) throws SQLException {
        String[] hosts = PGProperty.PG_HOST.getOrDefault(properties).split(",");
        String[] ports = PGProperty.PG_PORT.getOrDefault(properties).split(",");
        for (int i = 0; i < hosts.length; i++) {
            Properties one = new Properties();
            one.putAll(properties);
            one.setProperty(PGProperty.PG_HOST.getName(), hosts[i]);
            one.setProperty(PGProperty.PG_PORT.getName(), ports[Math.min(i, ports.length - 1)]);
            one.setProperty(PGProperty.TARGET_SERVER_TYPE.getName(), "any");
            Connection connection = primaryAt(one);
            if (connection != null) {
                return connection;
            }
        }
        return null;
    }

    private static @Nullable Connection primaryAt(Properties one) throws SQLException {
        Connection connection;
        try {
            connection = connect(one);
        } catch (SQLException e) {
            // The driver has tried this server, too; its exception for all servers is thrown in the end.
            return null;
        }
        boolean primary = false;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_catalog.pg_is_in_recovery()")) {
            row.next();
            primary = !row.getBoolean(1);
            return primary ? connection : null;
        } finally {
            if (!primary) {
                connection.close();
            }
        }
    }

    /** The password, from any source; null: none. */
    public @Nullable String password() {
        return PGProperty.PASSWORD.getOrDefault(properties);
    }

    @Override
    public boolean pooled() {
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UrlConnectionSource that && properties.equals(that.properties);
    }

    @Override
    public int hashCode() {
        return properties.hashCode();
    }

    /** Hosts, ports and database; no user, no secret. */
    @Override
    public String toString() {
        String[] hosts = PGProperty.PG_HOST.getOrDefault(properties).split(",");
        String[] ports = PGProperty.PG_PORT.getOrDefault(properties).split(",");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < hosts.length; i++) {
            text.append(i == 0 ? "" : ",").append(hosts[i]).append(':').append(ports[Math.min(i, ports.length - 1)]);
        }
        String database = PGProperty.PG_DBNAME.getOrDefault(properties);
        return text.append('/').append(database == null ? "" : database).toString();
    }
}
