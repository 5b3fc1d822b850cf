package io.github.pgpubsub.examples.bridges;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 10,000 orders cross each bridge, while the application is killed and the brokers are stopped and started. On kept channels all arrive;
 * on plain channels each loss is told by a gap. What arrived is judged by its record, which is left in {@code target/histories}.
 */
@Tag("long")
class BridgesIT {

    private static final int PER_SECOND = Integer.getInteger("bridges.pace", 250);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"plain", "kept"})
    void tenThousandOrders(String routes) throws Exception {
        try (Stage stage = new Stage(routes, folder)) {
            Brokers brokers = stage.brokers();
            stage.start();
            stage.write(1500, PER_SECOND);
            stage.kill();
            // While nobody listens.
            stage.write(1700, PER_SECOND);
            stage.start();
            stage.awaitListening();
            stage.write(3500, PER_SECOND);
            stage.without(brokers.kafka(), () -> stage.write(4200, PER_SECOND));
            stage.write(5000, PER_SECOND);
            stage.without(brokers.jms(), () -> stage.write(5700, PER_SECOND));
            stage.write(6500, PER_SECOND);
            stage.without(brokers.mqtt(), () -> stage.write(7200, PER_SECOND));
            stage.write(8000, PER_SECOND);
            // Killed while it holds what Kafka has not taken, and started while Kafka is still down.
            stage.without(brokers.kafka(), () -> {
                stage.write(8300, PER_SECOND);
                stage.kill();
                stage.start();
                stage.write(9000, PER_SECOND);
            });
            stage.awaitListening();
            stage.write(10_000, PER_SECOND);
            stage.judge();
        }
    }
}
