package io.github.pgpubsub.camel;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;

/**
 * Numbers the publishing connections of a CamelContext to one server. The first connection is number 1, and each new connection
 * takes the lowest free number, so the numbers are stable over restarts. Shared by all components of a context. Thread-safe.
 */
final class ConnectionNumbers {

    private final Map<String, BitSet> taken = new HashMap<>();

    static ConnectionNumbers of(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        synchronized (context) {
            ConnectionNumbers known = extension.getContextPlugin(ConnectionNumbers.class);
            if (known == null) {
                known = new ConnectionNumbers();
                extension.addContextPlugin(ConnectionNumbers.class, known);
            }
            return known;
        }
    }

    synchronized int take(String server) {
        BitSet numbers = taken.computeIfAbsent(server, key -> new BitSet());
        int number = numbers.nextClearBit(1);
        numbers.set(number);
        return number;
    }

    synchronized void giveBack(String server, int number) {
        taken.computeIfPresent(server, (key, numbers) -> {
            numbers.clear(number);
            return numbers.isEmpty() ? null : numbers;
        });
    }
}
