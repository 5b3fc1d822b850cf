package io.github.pgpubsub.examples.bridges;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/** A single Kafka node that is broker and controller (KRaft). */
public final class KafkaBroker implements Broker {

    private static final int NODE = 1;

    private final Path folder;
    private final int port = Broker.freePort();
    private final int controllerPort = Broker.freePort();
    private @Nullable KafkaRaftServer server;

    /** @param folder new folder for the broker's files */
    public KafkaBroker(Path folder) throws IOException {
        this.folder = folder;
        try {
            format();
        } catch (Exception e) {
            throw new IOException("Kafka's folder can't be prepared", e);
        }
    }

    private void format() throws Exception {
        new Formatter().setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(Uuid.randomUuid().toString()).setNodeId(NODE)
                .addDirectory(folder.toString()).setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER").setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .run();
    }

    @Override
    public String name() {
        return "Kafka";
    }

    @Override
    public String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void start() throws IOException {
        Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", Integer.toString(NODE)),
                Map.entry("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort),
                Map.entry("listeners", "BROKER://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
                Map.entry("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("inter.broker.listener.name", "BROKER"),
                Map.entry("log.dirs", folder.toString()),
                // One node: no replicas, and no waiting for members of a consumer group that could come.
                Map.entry("num.partitions", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // A member that was killed is replaced soon.
                Map.entry("group.min.session.timeout.ms", "1000")));
        KafkaRaftServer starting = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        starting.startup();
        server = starting;
    }

    @Override
    public void stop() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }
}
