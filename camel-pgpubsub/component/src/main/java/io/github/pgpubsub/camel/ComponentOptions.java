package io.github.pgpubsub.camel;

import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.EndpointUriFactory;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.jspecify.annotations.Nullable;

/**
 * Sets a component's options by the generated configurer, with clearer errors for a bodyType that is not on the class path, for values
 * that can't be and for misspelt names.
 */
public final class ComponentOptions implements PropertyConfigurer, PropertyConfigurerGetter {

    private final PropertyConfigurer generated;
    private final PropertyConfigurerGetter getter;

    /**
     * Checks what the generated configurer is given.
     *
     * @param generated also a getter, as every generated configurer is
     */
    public ComponentOptions(PropertyConfigurer generated) {
        this.generated = generated;
        this.getter = (PropertyConfigurerGetter) generated;
    }

    @Override
    public boolean configure(CamelContext context, Object target, String name, Object value, boolean ignoreCase) {
        if (name.equalsIgnoreCase("bodyType")) {
            PgPubSubComponent.checkBodyType(context, value);
        }
        Class<?> type = getOptionType(name, ignoreCase);
        Set<String> names = names(context);
        if (type == null && name.indexOf('.') < 0) {
            refuseMisspelt(name, names);
        }
        OptionValues.check(context, OptionNames.proper(name, names), type, value);
        return generated.configure(context, target, name, value, ignoreCase);
    }

    /** Those that the component has in common with its endpoints: nearly all. */
    private Set<String> names(CamelContext context) {
        EndpointUriFactory ofEndpoints = context.getCamelContextExtension().getEndpointUriFactory(PgPubSubComponent.NAME);
        return ofEndpoints == null ? Set.of()
                : ofEndpoints.propertyNames().stream().filter(each -> getOptionType(each, true) != null)
                        .collect(Collectors.toSet());
    }

    /** What resembles no option is left to Camel, which may know it. */
    private static void refuseMisspelt(String name, Set<String> names) {
        String meant = OptionNames.didYouMean(Set.of(name), names);
        if (!meant.isEmpty()) {
            throw new IllegalArgumentException("The component pgpubsub has no option " + name + meant);
        }
    }

    @Override
    public @Nullable Class<?> getOptionType(String name, boolean ignoreCase) {
        return getter.getOptionType(name, ignoreCase);
    }

    @Override
    public @Nullable Object getCollectionValueType(Object target, String name, boolean ignoreCase) {
        return getter.getCollectionValueType(target, name, ignoreCase);
    }

    @Override
    public @Nullable Object getOptionValue(Object target, String name, boolean ignoreCase) {
        return getter.getOptionValue(target, name, ignoreCase);
    }
}
