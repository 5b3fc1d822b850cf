package io.github.pgpubsub.camel;

import io.github.pgpubsub.ChannelName;
import io.github.pgpubsub.camel.management.ManagedComponent;
import io.github.pgpubsub.kept.KeptLogOptions;
import io.github.pgpubsub.status.PublisherStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.spi.EndpointUriFactory;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;
import org.jspecify.annotations.Nullable;

/** Sends and receives messages through PostgreSQL channels (LISTEN/NOTIFY). */
@Component(PgPubSubComponent.NAME)
public class PgPubSubComponent extends HealthCheckComponent implements ManagedComponent {

    /** The component's first name; a context may have it under others. */
    static final String NAME = "pgpubsub";

    /** At start Camel prints all options, but masks those whose name occurs in a keyword. This keyword matches only our url. */
    private static final String SENSITIVE_KEYWORD = "pgpubsub.url";

    private static final String QUESTION_MARK = "A ? in a URI begins the options, however it is encoded: to send to a channel"
            + " whose name contains one, set the header " + PgPubSubConstants.OVERRIDE_CHANNEL;

    private static final char REPLACEMENT = '\uFFFD';

    /** A URL of the database where a channel should be. */
    private static final Pattern ADDRESS = Pattern.compile("postgres(ql)?://|jdbc:postgresql:", Pattern.CASE_INSENSITIVE);

    private static final Set<String> OF_CONNECTION = Set.of("url", "user", "password");

    @Metadata
    private PgPubSubConfiguration configuration = new PgPubSubConfiguration();

    @Metadata(label = "consumer,durable", defaultValue = "604800000", javaType = "java.time.Duration")
    private long retention = KeptLogOptions.DEFAULTS.retention().toMillis();
    @Metadata(label = "consumer,durable", javaType = "java.time.Duration")
    private long retentionMax;
    @Metadata(label = "consumer,durable", defaultValue = "2592000000", javaType = "java.time.Duration")
    private long groupExpiry = KeptLogOptions.DEFAULTS.groupExpiry().toMillis();

    @Metadata(label = "advanced", defaultValue = "false")
    private boolean groupPicture;

    private final Set<PgPubSubConsumer> consumers = ConcurrentHashMap.newKeySet();
    /** Null: not initialized yet. */
    private @Nullable SharedPubSubs pubSubs;
    private @Nullable JointStart jointStart;
    private final JointStop jointStop = new JointStop();

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
        removeEmptyUrl(parameters);
        Map<String, Object> given = byProperName(parameters);
        checkBodyType(getCamelContext(), given.get("bodyType"));
        PgPubSubEndpoint endpoint = new PgPubSubEndpoint(uri, this, channelOfUri(remaining), configuration.copy());
        checkValues(given);
        setProperties(endpoint, parameters);
        KeptRules.check(endpoint.getConfiguration(), given.keySet());
        return endpoint;
    }

    private void checkValues(Map<String, Object> given) {
        if (getEndpointPropertyConfigurer() instanceof PropertyConfigurerGetter options) {
            given.forEach(
                    (name, value) -> OptionValues.check(getCamelContext(), name, options.getOptionType(name, true), value));
        }
    }

    /** Options as they are given, by their names in the catalogue. */
    private Map<String, Object> byProperName(Map<String, Object> parameters) {
        Set<String> names = optionNames();
        Map<String, Object> given = new LinkedHashMap<>();
        parameters.forEach((name, value) -> given.put(OptionNames.proper(name, names), value));
        return given;
    }

    /**
     * Checks a channel after Camel has decoded it. Camel decodes every byte that is not valid UTF-8 to U+FFFD, so the result
     * would name a different channel.
     */
    // The %C3 is percent-encoding, not a format specifier.
    @SuppressWarnings("OrphanedFormatString")
    static String channelOfUri(@Nullable String decoded) {
        if (decoded != null && decoded.indexOf(REPLACEMENT) >= 0) {
            throw new IllegalArgumentException(
                    "The channel in the URI is not UTF-8, or contains the character U+FFFD, which stands"
                            + " for invalid bytes: encode the name in UTF-8, for example %C3%A9 for é");
        }
        if (decoded != null && ADDRESS.matcher(decoded).lookingAt()) {
            // Without the channel: it may contain a password.
            throw new IllegalArgumentException("The channel in the URI looks like the address of a database. Set the option url,"
                    + " on the component or on the endpoint; what follows pgpubsub: is only the channel's name");
        }
        return ChannelName.check(decoded);
    }

    /** A kamelet without a url passes an empty one, which means the component's database. */
    private void removeEmptyUrl(Map<String, Object> parameters) {
        if ("".equals(byProperName(parameters).get("url"))) {
            Set<String> names = optionNames();
            parameters.entrySet().removeIf(
                    each -> "".equals(each.getValue()) && OF_CONNECTION.contains(OptionNames.proper(each.getKey(), names)));
        }
    }

    /** Camel's own message would only say that a String can't be converted. */
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

    /** The first method that Camel calls with a URI; directly afterwards Camel logs the URI. */
    @Override
    protected void validateURI(String uri, String path, Map<String, Object> parameters) {
        PrintedPassword.refuse(uri, path, byProperName(parameters));
        refuseQuestionMark(uri);
        super.validateURI(uri, path, parameters);
    }

    /**
     * Refuses a question mark in the channel: Camel would silently cut the name at a trailing or an encoded question mark.
     *
     * @param uri normalized by Camel, or as written by the user
     */
    static void refuseQuestionMark(String uri) {
        int options = uri.indexOf('?');
        String path = options < 0 ? uri : uri.substring(0, options);
        if (path.toUpperCase(Locale.ROOT).contains("%3F")
                || (options >= 0 && uri.substring(options).chars().allMatch(c -> c == '?'))) {
            throw new ResolveEndpointFailedException(uri, QUESTION_MARK);
        }
    }

    private Set<String> optionNames() {
        EndpointUriFactory options = getCamelContext().getCamelContextExtension().getEndpointUriFactory(NAME);
        return options == null ? Set.of() : options.propertyNames();
    }

    private static boolean isNoOption(Map.Entry<String, Object> parameter) {
        return parameter.getValue() == null || parameter.getValue().equals("") || parameter.getKey().contains("?");
    }

    /** Camel's own text, but names only: Camel shows values, and the value of a mistyped option may be a url with a password. */
    @Override
    protected void validateParameters(String uri, Map<String, Object> parameters, String optionPrefix) {
        if (!parameters.isEmpty()) {
            throw new ResolveEndpointFailedException(uri, "There are " + parameters.size()
                    + " parameters that couldn't be set on the endpoint. Check the uri if the parameters are spelt correctly and that"
                    + " they are properties of the endpoint. Unknown parameters=" + parameters.keySet()
                    + OptionNames.didYouMean(parameters.keySet(), optionNames())
                    + (parameters.entrySet().stream().anyMatch(PgPubSubComponent::isNoOption) ? ". " + QUESTION_MARK : ""));
        }
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        AwaitedExchanges.install(getCamelContext());
        if (pubSubs == null) {
            pubSubs = new SharedPubSubs(getCamelContext());
            jointStart = new JointStart(getCamelContext());
        }
    }

    SharedPubSubs pubSubs() {
        assert pubSubs != null;
        return pubSubs;
    }

    JointStart jointStart() {
        assert jointStart != null;
        return jointStart;
    }

    JointStop jointStop() {
        return jointStop;
    }

    void add(PgPubSubConsumer consumer) {
        consumers.add(consumer);
    }

    void remove(PgPubSubConsumer consumer) {
        consumers.remove(consumer);
    }

    /** Whether no consumer has a subscription that has not begun to end. Stops at the first that has: each of thousands asks. */
    boolean haveAllLeft() {
        return consumers.stream().allMatch(PgPubSubConsumer::hasLeft);
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

    /** Default options of all endpoints. */
    public void setConfiguration(PgPubSubConfiguration configuration) {
        this.configuration = configuration;
    }

    KeptLogOptions logOptions(PgPubSubConfiguration of) {
        return new KeptLogOptions(of.getLogSchema(), of.isCreateLog(), Duration.ofMillis(retention),
                retentionMax == 0 ? null : Duration.ofMillis(retentionMax), Duration.ofMillis(groupExpiry));
    }

    public long getRetention() {
        return retention;
    }

    /**
     * Minimum time for which messages of kept channels (durable=true) stay after they were written, 1 s or more. A message that a group has not completed stays longer. Set the same
     * value in all applications that use the log.
     */
    public void setRetention(long retention) {
        this.retention = KeptConfiguration.in(KeptRules.SECOND, "retention", retention);
    }

    public long getRetentionMax() {
        return retentionMax;
    }

    /**
     * Age after which messages of kept channels are deleted even if a group has not read them, 1 s or more. The group is told how many it has
     * missed. 0: never. Set the same value in all applications that use the log.
     */
    public void setRetentionMax(long retentionMax) {
        this.retentionMax = KeptConfiguration.in(KeptRules.SECOND_OR_NEVER, "retentionMax", retentionMax);
    }

    public long getGroupExpiry() {
        return groupExpiry;
    }

    /**
     * How long a group of a kept channel keeps its place in the log although no consumer joins it, 1 s or more. Set the same value in all
     * applications that use the log.
     */
    public void setGroupExpiry(long groupExpiry) {
        this.groupExpiry = KeptConfiguration.in(KeptRules.SECOND, "groupExpiry", groupExpiry);
    }

    @Override
    public boolean isGroupPicture() {
        return groupPicture;
    }

    /**
     * Whether a route may show the groups of this component in a browser, with
     * {@code io.github.pgpubsub.camel.picture.GroupPicture}: members, who leads, rates, lag. If false, the answer is 404.
     */
    public void setGroupPicture(boolean groupPicture) {
        this.groupPicture = groupPicture;
    }
}
