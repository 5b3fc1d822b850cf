package io.github.pgpubsub.examples.bridges;

import java.util.List;
import org.apache.camel.Header;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/** Carries the message id on as a user property, which is what MQTT 5 has for headers. */
public final class MqttMessageId {

    public MqttProperties asUserProperty(@Header("messageId") @Nullable String id,
            @Header("redelivered") @Nullable Boolean redelivered) {
        MqttProperties properties = new MqttProperties();
        // A gap has no id.
        if (id != null) {
            properties.setUserProperties(List.of(
                    new UserProperty("messageId", id),
                    new UserProperty("redelivered", Boolean.toString(Boolean.TRUE.equals(redelivered)))));
        }
        return properties;
    }
}
