package io.github.pgpubsub.camel.springboot;

import io.github.pgpubsub.camel.ComponentOptions;
import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.PgPubSubComponentConfigurer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.spring.boot.util.HierarchicalPropertiesEvaluator;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Sets the options of a new component from the properties under {@value #PREFIX}. Refuses properties that are not options. */
final class PgPubSubProperties implements ComponentCustomizer {

    static final String PREFIX = "camel.component.pgpubsub";

    /** Switches of the starter, which are not options of the component. */
    private static final Set<String> SWITCHES = Set.of("enabled", "customizerenabled");

    private final CamelContext context;
    private final Environment environment;
    private final ComponentOptions options = new ComponentOptions(new PgPubSubComponentConfigurer());

    PgPubSubProperties(CamelContext context, Environment environment) {
        this.context = context;
        this.environment = environment;
    }

    @Override
    public boolean isEnabled(String name, Component target) {
        return target instanceof PgPubSubComponent
                && HierarchicalPropertiesEvaluator.evaluate(environment, "camel.component.customizer", PREFIX + ".customizer");
    }

    @Override
    public void configure(String name, Component target) {
        Map<String, Property> given = given();
        // The whole configuration first: it would overwrite single options.
        Optional.ofNullable(given.remove("configuration")).ifPresent(whole -> set(target, "configuration", whole));
        given.forEach((option, property) -> set(target, option, property));
    }

    /**
     * Properties by lower-case option name: {@code single-listener}, {@code singleListener} and {@code SINGLELISTENER} are the
     * same.
     */
    private Map<String, Property> given() {
        Map<String, Property> given = new TreeMap<>();
        Binder.get(environment).bind(PREFIX, Bindable.mapOf(String.class, String.class)).orElse(Map.of())
                // In the order of Spring's property sources, highest precedence first.
                .forEach((name, value) -> given.putIfAbsent(name.replaceAll("[-_.]", "").toLowerCase(Locale.ROOT),
                        new Property(PREFIX + "." + name, value)));
        given.keySet().removeAll(SWITCHES);
        return given;
    }

    private void set(Component target, String option, Property property) {
        boolean exists;
        try {
            exists = options.configure(context, target, option, property.value, true);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("The property " + property.name + " can't be used: " + e.getMessage(), e);
        }
        if (!exists) {
            throw new IllegalArgumentException("There is no property " + property.name);
        }
    }

    /** @param name as written in the application's configuration */
    private record Property(String name, String value) {}
}
