package io.github.pgpubsub.connect;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGProperty;

/**
 * Reads {@code postgres://user:password@host:port,host/db?name=value} as libpq does (PostgreSQL documentation, 34.1.1.2
 * Connection URIs) into properties of the JDBC driver.
 */
final class LibpqUri {

    /** libpq's names of parameters that the driver calls differently. */
    private static final Map<String, String> NAMES = Map.of(
            "application_name", PGProperty.APPLICATION_NAME.getName(),
            "connect_timeout", PGProperty.CONNECT_TIMEOUT.getName(),
            "dbname", PGProperty.PG_DBNAME.getName(),
            "target_session_attrs", PGProperty.TARGET_SERVER_TYPE.getName(),
            "channel_binding", "channelBinding",
            "gssencmode", PGProperty.GSS_ENC_MODE.getName());

    private static final Map<String, String> TARGETS = Map.of(
            "any", "any",
            "read-write", "primary",
            "primary", "primary",
            "read-only", "secondary",
            "standby", "secondary",
            "prefer-standby", "preferSecondary");

    private LibpqUri() {}

    static boolean accepts(String url) {
        return url.startsWith("postgres://") || url.startsWith("postgresql://");
    }

    static Properties parse(String uri) {
        Properties properties = new Properties();
        String rest = uri.substring(uri.indexOf("://") + 3);
        int question = rest.indexOf('?');
        if (question >= 0) {
            String arguments = rest.substring(question + 1);
            for (String argument : arguments.split("&")) {
                if (!argument.isEmpty()) {
                    putArgument(properties, argument, arguments.indexOf('@') >= 0);
                }
            }
            rest = rest.substring(0, question);
        }
        int at = rest.lastIndexOf('@');
        if (at >= 0) {
            putUser(properties, rest.substring(0, at));
            rest = rest.substring(at + 1);
        }
        int slash = rest.indexOf('/');
        if (slash >= 0) {
            if (slash + 1 < rest.length()) {
                put(properties, PGProperty.PG_DBNAME, decode(rest.substring(slash + 1)));
            }
            rest = rest.substring(0, slash);
        }
        putHosts(properties, rest);
        if (properties.getProperty(PGProperty.PG_DBNAME.getName()) == null && properties.getProperty("user") != null) {
            put(properties, PGProperty.PG_DBNAME, properties.getProperty("user"));
        }
        return properties;
    }

    /** @param maybeSecret whether an @ in the parameters suggests that they begin inside the password, at a question mark */
    private static void putArgument(Properties properties, String argument, boolean maybeSecret) {
        int equals = argument.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("The URI of the option url has a parameter without a value");
        }
        String given = argument.substring(0, equals);
        String value = decode(argument.substring(equals + 1));
        String name = NAMES.getOrDefault(given, given);
        if (name.equals(PGProperty.TARGET_SERVER_TYPE.getName())) {
            value = TARGETS.getOrDefault(value, value);
        } else if (given.equals("keepalives")) {
            name = PGProperty.TCP_KEEP_ALIVE.getName();
            value = String.valueOf(!value.equals("0"));
        } else if (PGProperty.forName(name) == null) {
            throw new IllegalArgumentException("The URI of the option url has a parameter that the JDBC driver does not know"
                    + (maybeSecret ? "; a ? in a user or password is written %3F" : ": " + given));
        }
        properties.setProperty(name, value);
    }

    private static void putUser(Properties properties, String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        if (!user.isEmpty()) {
            properties.setProperty("user", decode(user));
        }
        if (colon >= 0) {
            properties.setProperty("password", decode(userInfo.substring(colon + 1)));
        }
    }

    private static void putHosts(Properties properties, String addresses) {
        StringBuilder hosts = new StringBuilder();
        StringBuilder ports = new StringBuilder();
        for (String address : addresses.split(",", -1)) {
            int colon = address.lastIndexOf(':');
            boolean hasPort = colon >= 0 && address.lastIndexOf(']') < colon;
            String host = decode(hasPort ? address.substring(0, colon) : address);
            String port = hasPort ? address.substring(colon + 1) : "";
            if (host.startsWith("/")) {
                throw new IllegalArgumentException(
                        "The URI of the option url names a Unix socket directory; the JDBC driver connects by TCP only");
            }
            if (!port.matches("\\d{0,5}")) {
                throw new IllegalArgumentException("The URI of the option url has a port that is not a number");
            }
            hosts.append(hosts.isEmpty() ? "" : ",").append(host.isEmpty() ? PGProperty.PG_HOST.getDefaultValue() : host);
            ports.append(ports.isEmpty() ? "" : ",").append(port.isEmpty() ? PGProperty.PG_PORT.getDefaultValue() : port);
        }
        put(properties, PGProperty.PG_HOST, hosts.toString());
        put(properties, PGProperty.PG_PORT, ports.toString());
    }

    private static void put(Properties properties, PGProperty property, String value) {
        properties.setProperty(property.getName(), value);
    }

    /** Percent-encoding only: a plus sign is a plus sign in a libpq URI. */
    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // The driver's own message would repeat the text, which may be a password.
            throw new IllegalArgumentException("The URI of the option url has a % that is not followed by two hex digits");
        }
    }
}
