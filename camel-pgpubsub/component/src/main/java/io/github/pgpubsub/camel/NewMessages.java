package io.github.pgpubsub.camel;

import io.github.pgpubsub.kept.NewMessage;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;

/** Makes kept messages of exchanges: channel, key, headers and body. Thread-safe. */
final class NewMessages {

    private final PgPubSubEndpoint endpoint;
    private final KeptCodec codec;
    private final TravellingHeaders headers;

    NewMessages(PgPubSubEndpoint endpoint) {
        this.endpoint = endpoint;
        this.codec = new KeptCodec(endpoint.getConfiguration());
        this.headers = new TravellingHeaders(endpoint.getConfiguration().getHeaderFilterStrategy());
    }

    /** The key stays on the exchange: a message that is passed on keeps its order. */
    NewMessage of(Exchange exchange) throws CamelExchangeException {
        NewMessage.Builder message = NewMessage.to(endpoint.takeChannel(exchange));
        Object key = exchange.getMessage().getHeader(PgPubSubConstants.KEY);
        if (key != null) {
            message.key(HeaderText.of(PgPubSubConstants.KEY, key));
        }
        headers.out(exchange, message::header);
        codec.encode(exchange, message);
        return message.build();
    }
}
