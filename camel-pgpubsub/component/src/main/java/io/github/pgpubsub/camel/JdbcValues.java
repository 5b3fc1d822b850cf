package io.github.pgpubsub.camel;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

/**
 * Writes a JDBC driver's values as PostgreSQL's {@code to_json} would: arrays as arrays, JSON unchanged, bytes in hexadecimal,
 * times with microseconds and the offset of this process's time zone, everything else as text.
 */
final class JdbcValues extends SimpleModule {

    private static final long serialVersionUID = 1L;

    private static final Set<String> JSON_TYPES = Set.of("json", "jsonb");
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME).appendOffset("+HH:MM", "+00:00").toFormatter();

    JdbcValues() {
        super("pgpubsub JDBC values");
        add(PGobject.class, JdbcValues::write);
        add(java.sql.Array.class, JdbcValues::write);
        add(SQLXML.class, (xml, json, provider) -> json.writeString(xml.getString()));
        add(Clob.class, (clob, json, provider) -> json.writeString(clob.getSubString(1, Math.toIntExact(clob.length()))));
        add(Blob.class, (blob, json, provider) -> write(blob.getBytes(1, Math.toIntExact(blob.length())), json, provider));
        add(byte[].class, JdbcValues::write);
        add(Timestamp.class, (timestamp, json, provider) -> write(timestamp, json,
                TIMESTAMP.format(timestamp.toInstant().atZone(ZoneId.systemDefault()))));
        add(Date.class, (date, json, provider) -> write(date, json, date.toString()));
        // Time.toString() omits the fraction of a second.
        add(Time.class, (time, json, provider) -> write(time, json, DateTimeFormatter.ISO_LOCAL_TIME.format(
                Instant.ofEpochMilli(time.getTime()).atZone(ZoneId.systemDefault()).toLocalTime())));
    }

    /** The value as PostgreSQL writes it; null for an SQL NULL. */
    static @Nullable String text(PGobject object) {
        String value = object.getValue();
        if (value == null) {
            return null;
        } else if (object instanceof PGInterval interval) {
            return IntervalText.of(interval);
        }
        // The driver's geometric types write (1.0,2.0) for (1,2).
        return object.getClass().getPackageName().equals("org.postgresql.geometric")
                ? value.replaceAll("\\.0(?![0-9E])", "") : value;
    }

    private static boolean isJson(String type) {
        return type != null && JSON_TYPES.contains(type);
    }

    private static void write(PGobject object, JsonGenerator json, SerializerProvider provider) throws IOException {
        String text = text(object);
        if (text == null || !isJson(object.getType())) {
            json.writeString(text);
        } else {
            writeJson(text, json);
        }
    }

    private static void write(java.sql.Array array, JsonGenerator json, SerializerProvider provider)
            throws IOException, SQLException {
        if (isJson(array.getBaseTypeName())) {
            writeJsonTexts(array.getArray(), json);
        } else {
            provider.defaultSerializeValue(array.getArray(), json);
        }
    }

    /** The driver returns an array of JSON as an array of Strings. */
    private static void writeJsonTexts(Object element, JsonGenerator json) throws IOException {
        if (element instanceof Object[] elements) {
            json.writeStartArray();
            for (Object each : elements) {
                writeJsonTexts(each, json);
            }
            json.writeEndArray();
        } else if (element == null) {
            json.writeNull();
        } else {
            writeJson(element.toString(), json);
        }
    }

    private static void writeJson(String text, JsonGenerator json) throws IOException {
        if (json instanceof TokenBuffer) {
            // A tree can't hold raw JSON text.
            try (JsonParser parser = new ExactNumbers(json.getCodec().getFactory().createParser(text))) {
                parser.nextToken();
                json.copyCurrentStructure(parser);
            }
        } else {
            json.writeRawValue(text);
        }
    }

    /** In beans and records, bytes are base64, which Jackson reads back into bytes. */
    private static void write(byte[] bytes, JsonGenerator json, SerializerProvider provider) throws IOException {
        if (isInRow(json.getOutputContext())) {
            json.writeString("\\x" + HexFormat.of().formatHex(bytes));
        } else {
            json.writeBinary(bytes);
        }
    }

    /** Whether the value is in a map, directly or within lists and arrays: a row of a query. */
    private static boolean isInRow(JsonStreamContext context) {
        boolean inMap = false;
        for (JsonStreamContext each = context; each != null && !each.inRoot(); each = each.getParent()) {
            Object holder = each.getCurrentValue();
            if (holder instanceof Map) {
                inMap = true;
            } else if (holder != null && !(holder instanceof Collection) && !holder.getClass().isArray()) {
                return false;
            }
        }
        return inMap;
    }

    @SuppressWarnings("JavaUtilDate")
    private static void write(java.util.Date time, JsonGenerator json, String text) throws IOException {
        if (time.getTime() == PGStatement.DATE_POSITIVE_INFINITY) {
            json.writeString("infinity");
        } else if (time.getTime() == PGStatement.DATE_NEGATIVE_INFINITY) {
            json.writeString("-infinity");
        } else {
            json.writeString(text);
        }
    }

    private interface Writer<T> {
        void write(T value, JsonGenerator json, SerializerProvider provider) throws IOException, SQLException;
    }

    private <T> void add(Class<T> type, Writer<? super T> writer) {
        addSerializer(type, new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                try {
                    writer.write(value, json, provider);
                } catch (SQLException e) {
                    throw JsonMappingException.from(json, "A " + type.getName() + " can't be read", e);
                }
            }
        });
    }
}
