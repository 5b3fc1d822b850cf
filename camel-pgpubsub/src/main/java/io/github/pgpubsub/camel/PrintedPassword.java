package io.github.pgpubsub.camel;

import io.github.pgpubsub.connect.UrlConnectionSource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.camel.NoSuchEndpointException;

/**
 * Refuses an endpoint whose printed form shows the password of its url. Camel masks what follows {@code password=} and what
 * stands between {@code ://user:} and {@code @}; a percent-encoded URL escapes both.
 */
final class PrintedPassword {

    private PrintedPassword() {}

    static void refuse(PgPubSubEndpoint endpoint) {
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        String password = new UrlConnectionSource(configuration.getUrl(), null, null).password();
        if (password == null || password.isEmpty()) {
            return;
        }
        int given = count(endpoint.getEndpointUri(), password);
        int printed = count(endpoint.toString().replace("xxxxxx", ""), password);
        if (given > 0 && printed >= given) {
            // The one exception that Camel hands on without adding the URI.
            throw new NoSuchEndpointException("pgpubsub:" + endpoint.getChannel(),
                    "write its url as url=RAW(…), or give user and password as options of their own or on the component:"
                            + " as it is written, logs and JMX would show its password");
        }
    }

    private static int count(String uri, String password) {
        String text = uri;
        int count = occurrences(text, password);
        // As the URI has it: encoded once, or twice.
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
