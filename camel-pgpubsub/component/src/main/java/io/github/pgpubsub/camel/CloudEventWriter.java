package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.pgpubsub.Payload;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Writes exchanges as CloudEvents 1.0 in JSON. On a plain channel the headers travel in the event. On a kept channel they travel beside
 * it, and the event has the trace only. Immutable.
 */
final class CloudEventWriter {

    /** As Camel's own transformer for CloudEvents has it. */
    private static final String DEFAULT_SOURCE = "org.apache.camel";
    private static final String DEFAULT_TYPE = "org.apache.camel.event";
    /** RFC 3339 wants seconds, ISO 8601 does not; and an offset has none. */
    private static final Pattern WITH_SECONDS = Pattern
            .compile("[^Tt]+[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d)");

    private final TravellingHeaders headers;
    private final Json.Limit limit;
    /** Whether the event must fit into a notification. */
    private final boolean notification;
    private final boolean withHeaders;

    CloudEventWriter(PgPubSubConfiguration configuration, Json.Limit limit) {
        this.headers = new TravellingHeaders(configuration.getHeaderFilterStrategy());
        this.limit = limit;
        this.notification = !configuration.isDurable() && !configuration.storesOversize();
        this.withHeaders = !configuration.isDurable();
    }

    /**
     * @throws CamelExchangeException   when the body can't be read or written; the text does not quote the body
     * @throws IllegalArgumentException when an attribute is invalid, or the event is too large
     */
    String write(Exchange exchange) throws CamelExchangeException {
        CloudEventData data = CloudEventData.of(exchange, contentType(exchange), limit);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put(CloudEvent.SPEC_VERSION, CloudEvent.VERSION);
        for (Map.Entry<String, String> each : CloudEvent.HEADERS.entrySet()) {
            String value = attribute(exchange, each.getKey(), each.getValue());
            if (each.getKey().equals(CloudEvent.CONTENT_TYPE)) {
                value = data.contentType();
            }
            if (value != null) {
                event.put(each.getKey(), value);
            }
        }
        int before = event.size();
        Map<String, Object> others = extensions(exchange, event);
        int travelling = event.size() - before + others.size();
        try {
            if (!others.isEmpty()) {
                event.put(CloudEvent.OTHER_HEADERS, Json.payload(others, limit));
            }
            if (data.member() != null) {
                event.put(data.member(), data.value());
            }
            return checked(Json.payload(event, limit), travelling);
        } catch (JsonProcessingException e) {
            Object body = exchange.getMessage().getBody();
            throw new CamelExchangeException("A body of " + body.getClass().getName() + " can't be written as JSON", exchange, e);
        }
    }

    private String checked(String event, int travelling) {
        long bytes = KeptCodec.utf8Length(event);
        if (notification && bytes > Payload.MAX_BYTES) {
            throw new IllegalArgumentException("The CloudEvent has " + bytes + " bytes in UTF-8, with its attributes and "
                    + travelling + " headers; PostgreSQL takes at most " + Payload.MAX_BYTES
                    + ". Send a key and keep the data in a table, set oversize=store on both sides, or let fewer headers travel"
                    + " (headerFilterStrategy)");
        }
        return event;
    }

    /** Adds the extensions to the event. Returns the headers that can't be extensions of their own. */
    private Map<String, Object> extensions(Exchange exchange, Map<String, Object> event) {
        Map<String, Object> others = new LinkedHashMap<>();
        headers.out(exchange, (name, value) -> {
            String trace = name.toLowerCase(Locale.ROOT);
            if (CloudEvent.TRACE.contains(trace)) {
                event.put(trace, value.toString());
            } else if (withHeaders && !name.equalsIgnoreCase(Exchange.CONTENT_TYPE)) {
                (CloudEvent.isExtension(name) && isAttribute(value) ? event : others).put(name, value);
            }
        });
        return others;
    }

    private static boolean isAttribute(Object value) {
        return value instanceof Boolean || value instanceof Integer || value instanceof Short || value instanceof Byte
                || (value instanceof String text && text.chars().noneMatch(Character::isISOControl));
    }

    private static @Nullable String contentType(Exchange exchange) {
        String header = PgPubSubConstants.CLOUD_EVENT_CONTENT_TYPE;
        Object value = exchange.getMessage().getHeader(header);
        if (value == null) {
            header = Exchange.CONTENT_TYPE;
            value = exchange.getMessage().getHeader(header);
        }
        String text = value == null ? null : HeaderText.of(header, value);
        return text == null || text.isBlank() ? null : text;
    }

    /** Null: the event does not have the attribute. */
    private static @Nullable String attribute(Exchange exchange, String name, String header) {
        Object value = exchange.getMessage().getHeader(header);
        if (name.equals("time")) {
            return time(value);
        }
        String text = value == null ? "" : HeaderText.of(header, value);
        if (!text.isEmpty()) {
            return text;
        }
        return switch (name) {
            // Not the exchange's id: an exchange may send several events.
            case "id" -> exchange.getContext().getUuidGenerator().generateUuid();
            case "source" -> DEFAULT_SOURCE;
            case "type" -> DEFAULT_TYPE;
            default -> null;
        };
    }

    /** A time with its offset (RFC 3339); now, if there is none. */
    private static String time(@Nullable Object value) {
        if (value == null) {
            return Instant.now().toString();
        } else if (value instanceof Instant) {
            return value.toString();
        } else if (value instanceof OffsetDateTime time) {
            return rfc3339(time);
        } else if (value instanceof ZonedDateTime time) {
            return rfc3339(time.toOffsetDateTime());
        }
        String text = HeaderText.of(PgPubSubConstants.CLOUD_EVENT_TIME, value);
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            return WITH_SECONDS.matcher(text).matches() ? text : rfc3339(time);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("The header " + PgPubSubConstants.CLOUD_EVENT_TIME
                    + " is no time with an offset, such as 2026-01-31T08:00:00Z", e);
        }
    }

    /** With seconds, which toString leaves out if they are zero, and without seconds in the offset. */
    private static String rfc3339(OffsetDateTime time) {
        boolean allowed = time.getOffset().getTotalSeconds() % 60 == 0;
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(allowed ? time : time.withOffsetSameInstant(ZoneOffset.UTC));
    }
}
