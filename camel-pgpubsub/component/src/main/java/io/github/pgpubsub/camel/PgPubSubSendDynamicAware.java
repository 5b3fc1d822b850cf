package io.github.pgpubsub.camel;

import java.net.URI;
import java.net.URISyntaxException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.SendDynamicAware;
import org.apache.camel.spi.annotations.SendDynamic;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.util.URISupport;
import org.apache.camel.util.UnsafeUriCharactersEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Lets toD send to any number of channels through one endpoint, by passing the channel in a header. Works for every name that the
 * component has in a context. Camel's own base class does not: it needs metadata, which exists only for the component's first
 * name.
 */
@SendDynamic("pgpubsub")
public class PgPubSubSendDynamicAware extends ServiceSupport implements SendDynamicAware {

    /** Placeholder for the channel in the URI of the shared endpoint. */
    public static final String ANY_CHANNEL = "toD";
    /** Property of an exchange while it is sent: the channel. Camel tells tracers of the sending before the header is set. */
    public static final String CHANNEL_PROPERTY = "CamelPgPubSubSendDynamicChannel";

    private static final class Entry extends DynamicAwareEntry {

        final String channel;

        Entry(String channel, String uri, String originalUri) {
            super(uri, originalUri, null, null);
            this.channel = channel;
        }
    }

    private @Nullable CamelContext context;
    private @Nullable String scheme;

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
    }

    @Override
    public @Nullable String getScheme() {
        return scheme;
    }

    @Override
    public void setScheme(String scheme) {
        this.scheme = scheme;
    }

    @Override
    public boolean isLenientProperties() {
        return false;
    }

    /** Returns null for a URI without a valid channel: Camel then creates an endpoint from it, which reports the usual error. */
    @Override
    public @Nullable DynamicAwareEntry prepare(Exchange exchange, String uri, String originalUri) {
        // Checks the URI as written: Camel would drop a trailing question mark, and parse the text after an encoded one as
        // options.
        if (originalUri == null || originalUri.indexOf('?') < 0) {
            PgPubSubComponent.refuseQuestionMark(uri.replace("%25", "%"));
        }
        try {
            return new Entry(PgPubSubComponent.channelOfUri(channel(exchange.getContext(), uri)), uri, originalUri);
        } catch (URISyntaxException | RuntimeException e) {
            return null;
        }
    }

    /** Reads the channel in the same steps as Camel does when it creates an endpoint. */
    private static String channel(CamelContext context, String uri) throws URISyntaxException {
        String normalized = context.getCamelContextExtension().normalizeUri(uri).getUri();
        return URISupport.extractRemainderPath(new URI(UnsafeUriCharactersEncoder.encode(normalized)), false);
    }

    @Override
    public String resolveStaticUri(Exchange exchange, DynamicAwareEntry entry) {
        String uri = entry.getUri();
        int options = uri.indexOf('?');
        return getScheme() + ":" + ANY_CHANNEL + (options < 0 ? "" : uri.substring(options));
    }

    /** A channel that the user has put into the header takes precedence, as with every endpoint. */
    @Override
    public @Nullable Processor createPreProcessor(Exchange exchange, DynamicAwareEntry entry) {
        if (exchange.getMessage().getHeader(PgPubSubConstants.OVERRIDE_CHANNEL) != null) {
            return null;
        }
        String channel = ((Entry) entry).channel;
        exchange.setProperty(CHANNEL_PROPERTY, channel);
        return each -> each.getMessage().setHeader(PgPubSubConstants.OVERRIDE_CHANNEL, channel);
    }

    @Override
    public @Nullable Processor createPostProcessor(Exchange exchange, DynamicAwareEntry entry) {
        return each -> each.removeProperty(CHANNEL_PROPERTY);
    }
}
