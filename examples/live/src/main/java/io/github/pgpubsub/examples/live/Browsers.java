package io.github.pgpubsub.examples.live;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Passes each message to all open browsers as a server-sent event. A browser that connects again asks for the orders anew, so events
 * need not be kept for it.
 *
 * <p>The path {@code /events} is not a route: an exchange ends with its answer, but this answer goes on as long as the page is open. The
 * handler holds no thread meanwhile.
 */
public final class Browsers implements Processor {

    /** Proxies end answers that are silent for long. */
    private static final long SIGN_OF_LIFE_MILLIS = 15_000;

    private final Set<HttpServerResponse> open = ConcurrentHashMap.newKeySet();

    /** Serves {@code /events} on Camel's own HTTP server, which has been started. */
    void serve(CamelContext context, int port) {
        VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(context,
                VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.get("/events").handler(this::connect);
        router.vertx().setPeriodic(SIGN_OF_LIFE_MILLIS, timer -> send(": still here\n\n"));
    }

    private void connect(RoutingContext request) {
        HttpServerResponse response = request.response();
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store");
        response.closeHandler(closed -> open.remove(response));
        response.exceptionHandler(failure -> open.remove(response));
        // Added first: whoever reads "retry" misses nothing from here on.
        open.add(response);
        response.write("retry: 500\n\n");
    }

    @Override
    public void process(Exchange exchange) {
        String payload = exchange.getMessage().getBody(String.class);
        send("data: " + payload.replace("\n", "\ndata: ") + "\n\n");
    }

    private void send(String event) {
        open.removeIf(each -> !isSent(each, event));
    }

    /** False: the browser does not read, and its events would fill the memory. It connects again when it reads. */
    private static boolean isSent(HttpServerResponse browser, String event) {
        if (browser.writeQueueFull()) {
            browser.reset();
            return false;
        }
        browser.write(event);
        return true;
    }
}
