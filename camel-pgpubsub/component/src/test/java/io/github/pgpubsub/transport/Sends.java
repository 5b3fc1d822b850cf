package io.github.pgpubsub.transport;

import io.github.pgpubsub.camel.CamelWithPostgres;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/** A sender that begins the next exchange without waiting for the previous one. */
final class Sends implements AutoCloseable {

    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final Map<String, CompletableFuture<Exchange>> begun = new LinkedHashMap<>();

    Sends(CamelWithPostgres camel, String uri) throws Exception {
        endpoint = camel.context().getEndpoint(uri);
        producer = endpoint.createAsyncProducer();
        producer.start();
    }

    /** The texts of {@link #all}. */
    static List<String> bodies(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    /** Sends {@code prefix0}, {@code prefix1} and so on. */
    Sends all(String prefix, int count) {
        bodies(prefix, count).forEach(this::one);
        return this;
    }

    /** Completes when it is committed, or has failed. */
    CompletableFuture<Exchange> one(String body) {
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setBody(body);
        CompletableFuture<Exchange> end = producer.processAsync(exchange);
        begun.put(body, end);
        return end;
    }

    /** The begun sends, in order. */
    List<String> begun() {
        return List.copyOf(begun.keySet());
    }

    /** Waits for all sends. Returns the texts whose exchange did not fail, in the order of sending. */
    List<String> confirmed() throws Exception {
        List<String> confirmed = new ArrayList<>();
        for (Map.Entry<String, CompletableFuture<Exchange>> each : begun.entrySet()) {
            if (each.getValue().get(60, TimeUnit.SECONDS).getException() == null) {
                confirmed.add(each.getKey());
            }
        }
        return confirmed;
    }

    /** Waits for all sends. Returns the exceptions of failed exchanges. */
    List<Exception> failures() throws Exception {
        List<Exception> failures = new ArrayList<>();
        for (CompletableFuture<Exchange> each : begun.values()) {
            Exception failure = each.get(60, TimeUnit.SECONDS).getException();
            if (failure != null) {
                failures.add(failure);
            }
        }
        return failures;
    }

    @Override
    public void close() {
        producer.stop();
    }
}
