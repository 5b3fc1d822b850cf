package io.github.pgpubsub.examples.bridges;

import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.main.Main;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;
import org.springframework.jms.connection.CachingConnectionFactory;

/** The application: a database, three brokers, and routes in YAML. */
public final class Application {

    private Application() {}

    /**
     * Runs until the process is stopped.
     *
     * @param arguments routes (kept or plain), JDBC URL of the database, addresses of Kafka, of the JMS broker and of the MQTT broker
     */
    public static void main(String... arguments) throws Exception {
        create(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]).run();
    }

    static Main create(String routes, String database, String kafka, String jms, String mqtt) {
        Main camel = new Main();
        camel.configure().withRoutesIncludePattern("camel/" + routes + ".yaml");
        camel.addInitialProperty("camel.component.pgpubsub.url", database);
        camel.addInitialProperty("camel.component.kafka.brokers", kafka);
        camel.addInitialProperty("camel.component.paho-mqtt5.broker-url", mqtt);
        // Sessions and producers are kept for the next message, and made anew after the loss of a connection.
        camel.bind("jms", new CachingConnectionFactory(new ActiveMQConnectionFactory(jms)));
        camel.bind("messageId", new MqttMessageId());
        // In memory, so a new process may show an order again. Camel has repositories in databases, too.
        camel.bind("seen-kafka", MemoryIdempotentRepository.memoryIdempotentRepository(10_000));
        camel.bind("seen-jms", MemoryIdempotentRepository.memoryIdempotentRepository(10_000));
        return camel;
    }
}
