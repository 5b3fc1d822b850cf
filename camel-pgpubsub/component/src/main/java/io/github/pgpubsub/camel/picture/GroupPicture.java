package io.github.pgpubsub.camel.picture;

import io.github.pgpubsub.camel.management.ManagedComponent;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;

/**
 * Shows the groups of this CamelContext in a browser: who is a member, who leads, whether the standby is in step, hand-overs, rates, lag
 * and parked messages. A route binds it to a path of an HTTP component; platform-http is the one that is tested:
 *
 * <pre>from("platform-http:/groups").process(new GroupPicture());</pre>
 *
 * <p>Shown are the components with the option {@code groupPicture=true}; the default is false. If there is none, the answer is 404 with a
 * text that names the option. The picture holds no payload, no user, no password, no address, and no text of an exception. It holds the
 * names of channels, groups, routes and processes, so let the route decide who may see it.
 *
 * <p>The answer is an HTML page that refreshes itself each second, or JSON if the request's header {@code Accept} asks for
 * {@code application/json} and not for HTML. All headers of the message are replaced, so that none of the request comes back.
 *
 * <p>Thread-safe. However many browsers look, the consumers are looked at once a second at most, and the server is asked for a group's
 * members every two seconds at most. A call may wait for the server, about three seconds at most. Hand-overs are counted from the start of
 * the route; with a bean that Camel does not start, from the first request. One instance is for one CamelContext.
 */
public final class GroupPicture extends ServiceSupport implements Processor, CamelContextAware {

    private static final String OFF = "The picture of the groups is switched off. To switch it on, set the option groupPicture=true on"
            + " the component: camel.component.pgpubsub.groupPicture = true\n";

    private @Nullable CamelContext context;
    private volatile @Nullable Observer observer;

    /** Does nothing before the start or the first exchange. */
    public GroupPicture() {}

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext context) {
        this.context = context;
    }

    @Override
    protected void doStart() {
        if (context != null) {
            begin(context);
        }
    }

    @Override
    protected void doStop() {
        end();
    }

    /** Answers with the picture, in the message's body and headers. */
    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String accept = message.getHeader("Accept", "", String.class);
        // HTTP components send a message's headers, and those of the request, cookies for instance, are still in it.
        message.removeHeaders("*");
        message.setHeader("Cache-Control", "no-store");
        // HTTP components of Camel keep Cache-Control to themselves; this one they pass on.
        message.setHeader("Expires", "0");
        message.setHeader("Vary", "Accept");
        message.setHeader("X-Content-Type-Options", "nosniff");
        message.setHeader("Referrer-Policy", "no-referrer");
        List<ManagedComponent> shown = ManagedComponent.of(exchange.getContext()).stream()
                .filter(ManagedComponent::isGroupPicture).toList();
        if (shown.isEmpty()) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 404);
            message.setHeader(Exchange.CONTENT_TYPE, "text/plain; charset=utf-8");
            message.setBody(OFF);
            return;
        }
        Picture picture = begin(exchange.getContext()).look(shown);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        if (accept.contains("application/json") && !accept.contains("text/html")) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
            message.setBody(PictureJson.write(picture));
        } else {
            message.setHeader("Content-Security-Policy", PicturePage.POLICY);
            message.setHeader(Exchange.CONTENT_TYPE, "text/html; charset=utf-8");
            message.setBody(PicturePage.write(picture));
        }
    }

    private synchronized Observer begin(CamelContext owner) {
        Observer current = observer;
        if (current == null) {
            current = new Observer(owner, System::nanoTime);
            owner.getManagementStrategy().addEventNotifier(current);
            observer = current;
        }
        return current;
    }

    private synchronized void end() {
        Observer current = observer;
        if (current != null && context != null) {
            context.getManagementStrategy().removeEventNotifier(current);
            observer = null;
        }
    }
}
