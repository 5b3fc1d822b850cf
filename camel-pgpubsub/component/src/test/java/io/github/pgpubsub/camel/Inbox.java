package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;

/** The end of a route. Keeps messages in the order of arrival. */
public final class Inbox implements Processor {

    private final List<Message> messages = new ArrayList<>();

    @Override
    public void process(Exchange exchange) {
        Message copy = exchange.getMessage().copy();
        synchronized (messages) {
            messages.add(copy);
        }
    }

    public List<Message> messages() {
        synchronized (messages) {
            return List.copyOf(messages);
        }
    }

    public List<Object> bodies() {
        return messages().stream().map(Message::getBody).toList();
    }

    public void clear() {
        synchronized (messages) {
            messages.clear();
        }
    }

    public void awaitSize(int size) {
        await(() -> assertThat(messages()).hasSize(size));
    }

    /** Waits until exactly these bodies have arrived, in this order. Does not wait for further ones. */
    public void awaitBodies(Object... bodies) {
        await(() -> assertThat(bodies()).containsExactly(bodies));
    }

    public static void await(Assertion assertion) {
        Awaitility.await().atMost(Duration.ofSeconds(45)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion::check);
    }

    /** A condition that must become true. */
    @FunctionalInterface
    public interface Assertion {
        void check() throws Exception;
    }
}
