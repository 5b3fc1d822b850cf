package io.github.pgpubsub.examples.bridges;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.jspecify.annotations.Nullable;

/** An ActiveMQ Artemis broker for one protocol, which keeps messages on disk. */
public final class ArtemisBroker implements Broker {

    private static final int JOURNAL_WAIT_NANOS = 100_000;

    private final String name;
    private final String protocol;
    private final Path folder;
    private final int port = Broker.freePort();
    private @Nullable EmbeddedActiveMQ server;

    private ArtemisBroker(String name, String protocol, Path folder) throws IOException {
        this.name = name;
        this.protocol = protocol;
        this.folder = folder;
    }

    /** @param folder new folder for the broker's files */
    public static ArtemisBroker forJms(Path folder) throws IOException {
        return new ArtemisBroker("JMS", "CORE", folder);
    }

    /** @param folder new folder for the broker's files */
    public static ArtemisBroker forMqtt(Path folder) throws IOException {
        return new ArtemisBroker("MQTT", "MQTT", folder);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String address() {
        return "tcp://127.0.0.1:" + port;
    }

    @Override
    public void start() throws IOException {
        Configuration configuration = new ConfigurationImpl()
                .setName(name)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setPersistenceEnabled(true)
                .setJournalType(JournalType.NIO)
                // By default, a write waits 3.3 ms for others that it could share the disk's flush with; here come few at a time.
                .setJournalBufferTimeout_NIO(JOURNAL_WAIT_NANOS)
                .setJournalDirectory(folder.resolve("journal").toString())
                .setBindingsDirectory(folder.resolve("bindings").toString())
                .setLargeMessagesDirectory(folder.resolve("large").toString())
                .setPagingDirectory(folder.resolve("paging").toString())
                // A full disk must not block the example.
                .setMaxDiskUsage(-1)
                // A message whose receiver is killed again and again is not put aside.
                .addAddressSetting("#", new AddressSettings().setMaxDeliveryAttempts(-1));
        EmbeddedActiveMQ starting = new EmbeddedActiveMQ().setConfiguration(configuration);
        try {
            configuration.addAcceptorConfiguration(protocol, address() + "?protocols=" + protocol);
            starting.start();
        } catch (Exception e) {
            throw new IOException(name + " does not start", e);
        }
        server = starting;
    }

    @Override
    public void stop() throws IOException {
        if (server != null) {
            try {
                server.stop();
            } catch (Exception e) {
                throw new IOException(name + " does not stop", e);
            }
            server = null;
        }
    }
}
