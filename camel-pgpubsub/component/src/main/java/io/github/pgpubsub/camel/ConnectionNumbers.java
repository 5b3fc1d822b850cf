package io.github.pgpubsub.camel;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;

/**
 * Tells publishing connections of a CamelContext apart that lead to one server: the first is number 1, and each takes the lowest
 * that is free, so a number means the same after a restart. One for all components of a context. Thread-safe.
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
