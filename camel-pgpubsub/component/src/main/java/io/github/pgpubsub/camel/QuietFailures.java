package io.github.pgpubsub.camel;

import io.github.pgpubsub.internal.ConnectionFailure;
import java.sql.SQLException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.LoggingExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The default exception handler of a consumer. Logs like Camel's, except that each failed attempt to connect is one line,
 * because the driver's stack trace says nothing about the cause. DEBUG shows the stack trace.
 */
final class QuietFailures extends LoggingExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    QuietFailures(CamelContext context) {
        super(context, PgPubSubConsumer.class);
    }

    @Override
    public void handleException(String message, Exchange exchange, Throwable exception) {
        if (exchange == null && exception instanceof SQLException failure && ConnectionFailure.isLoss(failure)) {
            LOG.warn("{}: {}", message, failure.getMessage());
            LOG.debug("", failure);
        } else {
            super.handleException(message, exchange, exception);
        }
    }
}
