package io.github.pgpubsub.examples.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.JvmProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees. */
class RunIT {

    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @AfterEach
    void leaveNothingBehind() {
        Stage.awaitNoServer(folder);
    }

    @Test
    void anOrderComesOutOfEachBridgeAndWaitsWhileItsBrokerIsStopped() {
        try (JvmProcess process = start()) {
            process.awaitLine(line -> line.contains("INSERT   order 1: "), LONG);
            process.awaitLine(line -> line.contains("  Kafka  order 1 is back"), LONG);
            process.awaitLine(line -> line.contains("  JMS    order 1 is back"), LONG);
            process.awaitLine(line -> line.contains("  MQTT   order 1 has arrived"), LONG);

            process.awaitLine(line -> line.contains("the Kafka broker is stopped"), LONG);
            process.awaitLine(line -> line.contains("the Kafka broker runs again"), LONG);
            long last = lastOrder(process);
            process.awaitLine(line -> line.contains("  Kafka  order " + last + " is back"), LONG);
            List<String> shown = process.lines().stream().map(JvmProcess.Line::text).toList();
            for (long order = 1; order <= last; order++) {
                String text = "  Kafka  order " + order + " is back";
                assertThat(shown).anyMatch(line -> line.contains(text));
            }
        }
    }

    private JvmProcess start() {
        return JvmProcess.start("bridges", Bridges.class, List.of("-Xmx512m", "-Dbridges.folder=" + folder,
                // The tests' foundation has a configuration of its own on the class path.
                "-Dlog4j2.configurationFile=" + Path.of("target/classes/log4j2.properties").toUri()), List.of());
    }

    private static long lastOrder(JvmProcess process) {
        Pattern inserted = Pattern.compile("INSERT {3}order (\\d+):");
        return process.lines().stream().map(line -> inserted.matcher(line.text())).filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1))).max().orElseThrow();
    }
}
