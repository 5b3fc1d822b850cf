package io.github.pgpubsub.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.camel.PgPubSubComponentConfigurer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Each option that the component's metadata knows, also one that somebody adds tomorrow, is a property of the application. */
class EveryOptionTest {

    private static final String METADATA = "/META-INF/io/github/pgpubsub/camel/pgpubsub.json";

    /** A value that is not the default. */
    private record Sample(String written, Object read) {}

    @Test
    void allAtOnce() throws Exception {
        Map<String, Sample> samples = samples();
        String[] properties = samples.entrySet().stream()
                .map(sample -> "camel.component.pgpubsub." + sample.getKey() + "=" + sample.getValue().written())
                .toArray(String[]::new);

        try (Application application = Application.start(withBeans(samples), properties)) {
            PgPubSubComponentConfigurer options = new PgPubSubComponentConfigurer();
            assertThat(samples).isNotEmpty()
                    .allSatisfy((name, sample) -> assertThat(options.getOptionValue(application.component(), name, false))
                            .as(name).isEqualTo(sample.read()));
        }
    }

    private static Map<String, Sample> samples() throws IOException, ReflectiveOperationException {
        Map<String, Sample> samples = new LinkedHashMap<>();
        JsonNode options = new ObjectMapper().readTree(EveryOptionTest.class.getResource(METADATA)).get("componentProperties");
        for (Map.Entry<String, JsonNode> option : options.properties()) {
            samples.put(option.getKey(), sample(option.getKey(), option.getValue()));
        }
        return samples;
    }

    private static String text(String name) {
        return switch (name) {
            case "startFrom" -> "earliest";
            case "watchOperations" -> "delete,truncate";
            default -> "another";
        };
    }

    private static Sample sample(String name, JsonNode option) throws ReflectiveOperationException {
        String type = option.get("type").asText();
        String javaType = option.get("javaType").asText().replaceFirst("<.*", "");
        String otherwise = option.path("defaultValue").asText();
        return switch (type) {
            case "boolean" -> new Sample(otherwise.equals("true") ? "false" : "true", !otherwise.equals("true"));
            case "integer" -> new Sample("7", javaType.equals("int") ? (Object) 7 : (Object) 7L);
            case "duration" -> new Sample("1m30s", 90_000L);
            case "string" -> javaType.equals(Class.class.getName()) ? new Sample("java.util.Map", Map.class)
                    : new Sample(text(name), text(name));
            case "enum" -> anyBut(otherwise, Class.forName(javaType));
            case "object" -> new Sample("#" + beanName(name), instance(Class.forName(javaType)));
            default -> throw new IllegalArgumentException("What is a value of type " + type + "?");
        };
    }

    private static Sample anyBut(String otherwise, Class<?> type) {
        for (Object value : type.getEnumConstants()) {
            if (!value.toString().equals(otherwise)) {
                return new Sample(value.toString(), value);
            }
        }
        throw new IllegalArgumentException(type + " has but one value");
    }

    private static Object instance(Class<?> type) throws ReflectiveOperationException {
        if (!type.isInterface()) {
            return type.getConstructor().newInstance();
        }
        Class<?>[] types = {type};
        return Proxy.newProxyInstance(type.getClassLoader(), types, (proxy, method, arguments) -> switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> null;
        });
    }

    private static SpringApplicationBuilder withBeans(Map<String, Sample> samples) {
        return Application.with().initializers(context -> samples.forEach((name, sample) -> {
            if (sample.written().equals("#" + beanName(name))) {
                context.getBeanFactory().registerSingleton(beanName(name), sample.read());
            }
        }));
    }

    private static String beanName(String option) {
        return "bean-for-" + option;
    }
}
