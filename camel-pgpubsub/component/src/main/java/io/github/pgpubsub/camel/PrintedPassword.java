package io.github.pgpubsub.camel;

import io.github.pgpubsub.connect.UrlConnectionSource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
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
        if (parameters.get("password") instanceof String password
                && (isShown(uri, after(')', password)) || isShown(uri, after('&', password)))) {
            throw refusal(channel, "write its password as password=RAW(…), or as password=RAW{…} if it contains a parenthesis, or"
                    + " set it on the component: as it is written, logs and JMX would show a part of it");
        }
        if (parameters.get("url") instanceof String url && !url.isEmpty() && !url.startsWith("#")
                && isShown(uri, password(channel, url))) {
            throw refusal(channel, "write its url as url=RAW(…), or set the options user and password, on the endpoint or on the"
                    + " component: as it is written, logs and JMX would show its password");
        }
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

    /** Whether Camel's mask hides no occurrence of the secret in the URI. */
    private static boolean isShown(String uri, @Nullable String secret) {
        if (secret == null || secret.isEmpty()) {
            return false;
        }
        int given = count(uri, secret);
        int printed = count(URISupport.sanitizeUri(uri).replace("xxxxxx", ""), secret);
        return given > 0 && printed >= given;
    }

    private static int count(String uri, String password) {
        String text = uri;
        int count = occurrences(text, password);
        // The URI may contain the password encoded once or twice.
        for (int i = 0; i < 2; i++) {
            text = decode(text);
            count = Math.max(count, occurrences(text, password));
        }
        return count;
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            count++;
        }
        return count;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
