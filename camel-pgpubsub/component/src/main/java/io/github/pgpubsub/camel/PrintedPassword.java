package io.github.pgpubsub.camel;

import io.github.pgpubsub.connect.UrlConnectionSource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.util.URISupport;
import org.jspecify.annotations.Nullable;

/**
 * Refuses an endpoint whose URI shows a password when Camel prints it. Camel masks the text after {@code password=}, but only
 * up to the first closing parenthesis in {@code RAW()}, and up to the first ampersand in {@code RAW{}}. It also masks the text
 * between {@code ://user:} and {@code @}. A percent-encoded URL escapes both masks.
 */
final class PrintedPassword {

    private PrintedPassword() {}

    static void refuse(String uri, String channel, Map<String, Object> parameters) {
        Printed printed = new Printed(uri);
        if (parameters.get("password") instanceof String password && !isMasked(password, uri)
                && (printed.shows(after(')', password)) || printed.shows(after('&', password)))) {
            throw refusal(channel, "write its password as password=RAW(…), or as password=RAW{…} if it contains a parenthesis, or"
                    + " set it on the component: as it is written, logs and JMX would show a part of it");
        }
        if (parameters.get("url") instanceof String url && !url.isEmpty() && !url.startsWith("#")
                && printed.shows(password(channel, url))) {
            throw refusal(channel, "write its url as url=RAW(…), or set the options user and password, on the endpoint or on the"
                    + " component: as it is written, logs and JMX would show its password");
        }
    }

    /** Whether it is written in the way that Camel masks: asking Camel takes most of the time in which ten thousand endpoints are made. */
    private static boolean isMasked(String password, String uri) {
        String raw = password.startsWith("RAW(") ? password : "RAW(" + password + ")";
        return raw.indexOf(')') == raw.length() - 1 && raw.indexOf('&') < 0
                && (uri.contains("?password=" + raw) || uri.contains("&password=" + raw));
    }

    private static String after(char end, String password) {
        return password.substring(password.indexOf(end) + 1);
    }

    private static @Nullable String password(String channel, String url) {
        try {
            return new UrlConnectionSource(url, null, null).password();
        } catch (IllegalArgumentException e) {
            throw refusal(channel, "mend its url: " + e.getMessage());
        }
    }

    /** The only exception that Camel passes on without adding the URI. */
    private static NoSuchEndpointException refusal(String channel, @Nullable String reason) {
        return new NoSuchEndpointException("pgpubsub:" + channel, reason);
    }

    /** A URI as it is given, and as Camel prints it. Ten thousand routes are checked one after the other, so nothing is done twice. */
    private static final class Printed {

        private final String uri;
        private final List<String> given;
        /** Null: not needed yet. */
        private @Nullable List<String> masked;

        Printed(String uri) {
            this.uri = uri;
            this.given = texts(uri);
        }

        /** Whether Camel's mask hides no occurrence of the secret. */
        boolean shows(@Nullable String secret) {
            if (secret == null || secret.isEmpty()) {
                return false;
            }
            int before = count(given, secret);
            return before > 0 && count(masked(), secret) >= before;
        }

        private List<String> masked() {
            if (masked == null) {
                masked = texts(URISupport.sanitizeUri(uri).replace("xxxxxx", ""));
            }
            return masked;
        }
    }

    /** The URI may contain the password encoded once or twice. */
    private static List<String> texts(String uri) {
        String once = decode(uri);
        return once.equals(uri) ? List.of(uri) : List.of(uri, once, decode(once));
    }

    private static int count(List<String> texts, String secret) {
        return texts.stream().mapToInt(text -> occurrences(text, secret)).max().orElse(0);
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            count++;
        }
        return count;
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
