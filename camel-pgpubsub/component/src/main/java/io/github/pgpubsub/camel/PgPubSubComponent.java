package io.github.pgpubsub.camel;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.camel.management.ManagedComponent;
import io.github.pgpubsub.status.PublisherStatus;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.jspecify.annotations.Nullable;

/** Listens to PostgreSQL channels and notifies them. */
@Component("pgpubsub")
public class PgPubSubComponent extends HealthCheckComponent implements ManagedComponent {

    /** Camel prints configuration at start unless a keyword contains its name; this one is about nothing but our url. */
    private static final String SENSITIVE_KEYWORD = "pgpubsub.url";

    private static final String QUESTION_MARK = "A ? in a URI begins the options, however it is encoded: to send to a channel"
            + " that has one in its name, give the name in the header " + PgPubSubConstants.OVERRIDE_CHANNEL;

    private static final char REPLACEMENT = '\uFFFD';

    @Metadata
    private PgPubSubConfiguration configuration = new PgPubSubConfiguration();

    private final Set<PgPubSubConsumer> consumers = ConcurrentHashMap.newKeySet();
    /** Null: it is not initialized yet. */
    private @Nullable SharedPubSubs pubSubs;

    public PgPubSubComponent() {}

    public PgPubSubComponent(CamelContext context) {
        super(context);
        maskUrl(context);
    }

    @Override
    public void setCamelContext(CamelContext context) {
        super.setCamelContext(context);
        maskUrl(context);
    }

    private static void maskUrl(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        String keywords = extension.getAdditionalSensitiveKeywords();
        if (keywords == null || keywords.isBlank()) {
            extension.setAdditionalSensitiveKeywords(SENSITIVE_KEYWORD);
        } else if (!keywords.contains(SENSITIVE_KEYWORD)) {
            extension.setAdditionalSensitiveKeywords(keywords + "," + SENSITIVE_KEYWORD);
        }
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        leaveOutWhatIsNotSaid(parameters);
        checkBodyType(getCamelContext(), parameters.get("bodyType"));
        PgPubSubEndpoint endpoint = new PgPubSubEndpoint(uri, this, channelOfUri(remaining), configuration.copy());
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /**
     * Checks a channel as Camel decoded it. Bytes that are no UTF-8 came out of that as U+FFFD, all of them the same, and another
     * channel than was meant.
     */
    // The %C3 is a URI's.
    @SuppressWarnings("OrphanedFormatString")
    static String channelOfUri(@Nullable String decoded) {
        if (decoded != null && decoded.indexOf(REPLACEMENT) >= 0) {
            throw new IllegalArgumentException("The channel in the URI is no UTF-8, or has the character U+FFFD, which stands for"
                    + " bytes that are none: encode the bytes of a name in UTF-8, %C3%A9 for é");
        }
        return ChannelName.check(decoded);
    }

    /** A kamelet hands on an empty url where it was given none; then the component's database is meant. */
    private static void leaveOutWhatIsNotSaid(Map<String, Object> parameters) {
        if ("".equals(parameters.get("url"))) {
            parameters.remove("url");
            parameters.remove("user", "");
            parameters.remove("password", "");
        }
    }

    /** Camel would say that a String can't be converted. */
    static void checkBodyType(CamelContext context, @Nullable Object bodyType) {
        if (bodyType instanceof String name && context.getTypeConverter().tryConvertTo(Class.class, name) == null) {
            throw new IllegalArgumentException(
                    "The option bodyType names the class " + name + ", which is not on the class path");
        }
    }

    @Override
    public @Nullable PropertyConfigurer getComponentPropertyConfigurer() {
        PropertyConfigurer generated = super.getComponentPropertyConfigurer();
        return generated == null ? null : new ComponentOptions(generated);
    }

    /** The first that Camel calls with a URI; the next thing it does is log it. */
    @Override
    protected void validateURI(String uri, String path, Map<String, Object> parameters) {
        PrintedPassword.refuse(uri, path, parameters);
        refuseQuestionMark(uri);
        super.validateURI(uri, path, parameters);
    }

    /**
     * A channel with a question mark at its end, or one that is encoded, would be cut there without a word.
     *
     * @param uri as Camel normalizes it, or as it was written
     */
    static void refuseQuestionMark(String uri) {
        int options = uri.indexOf('?');
        String path = options < 0 ? uri : uri.substring(0, options);
        if (path.toUpperCase(Locale.ROOT).contains("%3F")
                || (options >= 0 && uri.substring(options).chars().allMatch(c -> c == '?'))) {
            throw new ResolveEndpointFailedException(uri, QUESTION_MARK);
        }
    }

    private static boolean isNoOption(Map.Entry<String, Object> parameter) {
        return parameter.getValue() == null || parameter.getValue().equals("") || parameter.getKey().contains("?");
    }

    /** Names only: Camel's own message shows values, and what a mistyped name stands for may be a url with its password. */
    @Override
    protected void validateParameters(String uri, Map<String, Object> parameters, String optionPrefix) {
        if (!parameters.isEmpty()) {
            throw new ResolveEndpointFailedException(uri, "There are options that the endpoint does not have: "
                    + parameters.keySet()
                    + (parameters.entrySet().stream().anyMatch(PgPubSubComponent::isNoOption) ? ". " + QUESTION_MARK : ""));
        }
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        if (pubSubs == null) {
            pubSubs = new SharedPubSubs(getCamelContext());
        }
    }

    SharedPubSubs pubSubs() {
        assert pubSubs != null;
        return pubSubs;
    }

    void add(PgPubSubConsumer consumer) {
        consumers.add(consumer);
    }

    void remove(PgPubSubConsumer consumer) {
        consumers.remove(consumer);
    }

    @Override
    public Collection<PgPubSubConsumer> consumers() {
        return List.copyOf(consumers);
    }

    @Override
    public Map<String, PublisherStatus> publishers() {
        return pubSubs == null ? Map.of() : pubSubs.publishers();
    }

    @Override
    public int groups() {
        return pubSubs == null ? 0 : pubSubs.groups();
    }

    public PgPubSubConfiguration getConfiguration() {
        return configuration;
    }

    /** Defaults for all endpoints. */
    public void setConfiguration(PgPubSubConfiguration configuration) {
        this.configuration = configuration;
    }
}
