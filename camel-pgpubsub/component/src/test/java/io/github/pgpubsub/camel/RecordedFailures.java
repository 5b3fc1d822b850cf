package io.github.pgpubsub.camel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;

/** A consumer's exception handler that remembers what it was told. */
public final class RecordedFailures implements ExceptionHandler {

    private final List<Throwable> all = new CopyOnWriteArrayList<>();
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private final List<String> messages = new CopyOnWriteArrayList<>();

    public List<Throwable> all() {
        return all;
    }

    /** Those that were told with an exchange. */
    public List<Exchange> exchanges() {
        return exchanges;
    }

    /** Those that were told with an exchange or with a message alone. */
    public List<String> messages() {
        return messages;
    }

    @Override
    public void handleException(Throwable exception) {
        all.add(exception);
    }

    @Override
    public void handleException(String message, Throwable exception) {
        messages.add(message);
        all.add(exception);
    }

    @Override
    public void handleException(String message, Exchange exchange, Throwable exception) {
        messages.add(message);
        if (exchange != null) {
            exchanges.add(exchange);
        }
        all.add(exception);
    }
}
