package io.github.pgpubsub.examples.bridges;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With redelivery without end, 20 of 20 orders arrive, ten of them written while every broker was down. */
class TargetDownIT {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"kept", "plain"})
    void allArriveAfterTheBrokersWereDown(String routes) throws Exception {
        try (Stage stage = new Stage(routes, folder)) {
            stage.start();
            stage.write(5, 100);
            Brokers brokers = stage.brokers();
            stage.without(brokers.kafka(), () -> stage.without(brokers.jms(), () -> stage.without(brokers.mqtt(),
                    () -> stage.write(15, 5))));
            stage.write(20, 100);
            stage.judgeAllArrived();
        }
    }
}
