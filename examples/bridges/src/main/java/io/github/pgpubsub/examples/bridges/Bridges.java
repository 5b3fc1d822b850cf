package io.github.pgpubsub.examples.bridges;

import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;

/** The example's main class: starts PostgreSQL, the brokers, the application and the shop. With --plain nothing is kept. */
public final class Bridges {

    private static final String PLAIN = "--plain";

    private Bridges() {}

    public static void main(String... arguments) throws Exception {
        if (!List.of(PLAIN).containsAll(Arrays.asList(arguments))) {
            System.err.println("Usage: examples/bridges/run [" + PLAIN + "]");
            System.exit(2);
        }
        try {
            run(arguments.length == 0 ? "kept" : "plain");
        } catch (IOException | SQLException | RuntimeCamelException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(String routes) throws Exception {
        Path folder = SharedServer.defaultFolder("bridges");
        try (Seat seat = new SharedServer("bridges", folder, System.out::println).join()) {
            if (seat.number() != 1) {
                throw new IOException("The example runs already, in another terminal.");
            }
            System.out.println("Starting Kafka, and ActiveMQ Artemis for JMS and for MQTT ...");
            try (Brokers brokers = Brokers.start(empty(folder.resolve("brokers")))) {
                Shop shop = Shop.build(seat.url(), brokers.all());
                Main camel = Application.create(routes, seat.url(),
                        brokers.kafka().address(), brokers.jms().address(), brokers.mqtt().address());
                camel.addMainListener(new MainListenerSupport() {
                    @Override
                    public void afterStart(BaseMainSupport main) {
                        shop.open();
                    }

                    @Override
                    public void beforeStop(BaseMainSupport main) {
                        shop.close();
                    }
                });
                camel.run();
            }
        }
        // Kafka leaves threads behind.
        System.exit(0);
    }

    /** This folder, without the files of a process that was killed. */
    private static Path empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
        return Files.createDirectories(folder);
    }
}
