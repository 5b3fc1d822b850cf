package io.github.pgpubsub.examples.bridges;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The three brokers of the example. */
public record Brokers(Broker kafka, Broker jms, Broker mqtt) implements AutoCloseable {

    /** Starts the brokers, with their files in this empty folder. */
    public static Brokers start(Path folder) throws IOException {
        Brokers brokers = new Brokers(
                new KafkaBroker(Files.createDirectories(folder.resolve("kafka"))),
                ArtemisBroker.forJms(Files.createDirectories(folder.resolve("jms"))),
                ArtemisBroker.forMqtt(Files.createDirectories(folder.resolve("mqtt"))));
        for (Broker broker : brokers.all()) {
            broker.start();
        }
        return brokers;
    }

    public List<Broker> all() {
        return List.of(kafka, jms, mqtt);
    }

    @Override
    public void close() throws IOException {
        for (Broker broker : all()) {
            broker.stop();
        }
    }
}
