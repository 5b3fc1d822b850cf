package io.github.pgpubsub.examples.bridges;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.pgpubsub.camel.PgPubSubComponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** Records what arrives at the end of each bridge. It lives in the test's own process, which nobody kills. */
final class Witness implements AutoCloseable {

    static final String KAFKA = "Kafka";
    static final String MQTT = "MQTT";
    static final String FROM_KAFKA = "from-kafka";
    static final String FROM_JMS = "from-jms";

    private final boolean kept;
    private final String kafka;
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final MqttClient mqtt;
    private final Map<String, List<Arrival>> arrivals = new TreeMap<>();

    Witness(boolean kept, String database, Brokers brokers) throws Exception {
        this.kept = kept;
        kafka = brokers.kafka().address();
        for (String place : List.of(KAFKA, MQTT, FROM_KAFKA, FROM_JMS)) {
            arrivals.put(place, new CopyOnWriteArrayList<>());
        }
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(database);
        camel.addComponent("pgpubsub", component);
        String how = kept ? "?durable=true&group=witness&startFrom=earliest" : "?singleListener=false";
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                for (String channel : List.of(FROM_KAFKA, FROM_JMS)) {
                    from("pgpubsub:" + channel + how).process(exchange -> record(channel, exchange));
                }
            }
        });
        camel.start();
        mqtt = new MqttClient(brokers.mqtt().address(), "witness-" + UUID.randomUUID(), new MemoryPersistence());
        subscribe();
    }

    private void record(String place, Exchange exchange) {
        arrivals.get(place).add(Arrival.of(System.currentTimeMillis(), exchange.getMessage().getBody(String.class),
                exchange.getMessage().getHeader("messageId", String.class),
                exchange.getMessage().getHeader("redelivered", String.class)));
    }

    private void subscribe() throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(true);
        options.setMaxReconnectDelay(2000);
        // The broker keeps what comes while this client is away.
        options.setCleanStart(false);
        options.setSessionExpiryInterval(3600L);
        mqtt.setCallback(new Receiver());
        mqtt.connect(options);
        mqtt.subscribe("orders", 1);
    }

    /** So far, without Kafka. */
    boolean allHave(long number) {
        return List.of(MQTT, FROM_KAFKA, FROM_JMS).stream()
                .allMatch(place -> arrivals.get(place).stream().anyMatch(each -> each.number() == number));
    }

    boolean allHaveGaps(int number) {
        return List.of(MQTT, FROM_KAFKA, FROM_JMS).stream()
                .allMatch(place -> arrivals.get(place).stream().filter(Arrival::isGap).count() >= number);
    }

    String progress() {
        StringBuilder text = new StringBuilder();
        arrivals.forEach((place, all) -> text.append(place).append(' ').append(all.size()).append(' '));
        return text.toString();
    }

    /** Everything that has arrived, by place. Kafka keeps its own record, which is read here from the beginning. */
    Map<String, List<Arrival>> all() {
        arrivals.put(KAFKA, topic());
        return arrivals;
    }

    /** Whether the message id can have come to this place: a notification has no headers. */
    boolean hasHeaders(String place) {
        return kept || place.equals(KAFKA) || place.equals(MQTT);
    }

    private List<Arrival> topic() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", kafka);
        TopicPartition orders = new TopicPartition("orders", 0);
        List<Arrival> topic = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties, new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(orders));
            consumer.seekToBeginning(List.of(orders));
            long end = consumer.endOffsets(List.of(orders)).get(orders);
            while (consumer.position(orders) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    topic.add(Arrival.of(record.timestamp(), record.value(), text(record.headers().lastHeader("messageId")),
                            text(record.headers().lastHeader("redelivered"))));
                }
            }
        }
        return topic;
    }

    private static String text(Header header) {
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }

    /** Writes all arrivals to files, for the study of a failure. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, List<Arrival>> place : arrivals.entrySet()) {
            Files.write(folder.resolve(place.getKey() + ".txt"), place.getValue().stream().map(Arrival::toString).toList());
        }
    }

    @Override
    public void close() throws Exception {
        camel.stop();
        mqtt.disconnectForcibly(1000, 1000, false);
        mqtt.close(true);
    }

    private final class Receiver implements MqttCallback {

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            String id = null;
            String redelivered = null;
            for (UserProperty each : message.getProperties().getUserProperties()) {
                if (each.getKey().equals("messageId")) {
                    id = each.getValue();
                } else if (each.getKey().equals("redelivered")) {
                    redelivered = each.getValue();
                }
            }
            arrivals.get(MQTT).add(Arrival.of(System.currentTimeMillis(), new String(message.getPayload(), UTF_8), id,
                    redelivered));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String server) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
