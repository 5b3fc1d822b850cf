package io.github.pgpubsub.camel;

import java.util.Collection;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AsyncProcessorAwaitManager;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;

/**
 * Camel's await manager, which also tells whether the calling thread is going to wait for an exchange. Camel calls a producer in the same
 * way for a caller that waits ({@code ProducerTemplate.sendBody}, most consumers) and for one that does not ({@code asyncSend}, an event
 * loop), and only the await manager knows. Callers that were created before this was installed count as not waiting.
 */
final class AwaitedExchanges extends ServiceSupport implements AsyncProcessorAwaitManager {

    /** The exchange that this thread will wait for before anything else goes on here. */
    private static final ThreadLocal<@Nullable Exchange> AWAITED = new ThreadLocal<>();

    private final AsyncProcessorAwaitManager manager;

    private AwaitedExchanges(AsyncProcessorAwaitManager manager) {
        this.manager = manager;
    }

    static void install(CamelContext context) {
        AsyncProcessorAwaitManager present = PluginHelper.getAsyncProcessorAwaitManager(context);
        if (!(present instanceof AwaitedExchanges)) {
            context.getCamelContextExtension().addContextPlugin(AsyncProcessorAwaitManager.class, new AwaitedExchanges(present));
        }
    }

    static boolean isAwaitedHere(Exchange exchange) {
        return AWAITED.get() == exchange;
    }

    @Override
    public void process(AsyncProcessor processor, Exchange exchange) {
        Exchange outer = AWAITED.get();
        AWAITED.set(exchange);
        try {
            manager.process(processor, exchange);
        } finally {
            if (outer == null) {
                AWAITED.remove();
            } else {
                AWAITED.set(outer);
            }
        }
    }

    @Override
    public int size() {
        return manager.size();
    }

    @Override
    public Collection<AwaitThread> browse() {
        return manager.browse();
    }

    @Override
    public void interrupt(String exchangeId) {
        manager.interrupt(exchangeId);
    }

    @Override
    public void interrupt(Exchange exchange) {
        manager.interrupt(exchange);
    }

    @Override
    public boolean isInterruptThreadsWhileStopping() {
        return manager.isInterruptThreadsWhileStopping();
    }

    @Override
    public void setInterruptThreadsWhileStopping(boolean interruptThreadsWhileStopping) {
        manager.setInterruptThreadsWhileStopping(interruptThreadsWhileStopping);
    }

    @Override
    public Statistics getStatistics() {
        return manager.getStatistics();
    }
}
