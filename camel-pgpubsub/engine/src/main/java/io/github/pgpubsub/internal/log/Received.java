package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.json.JsonReader;
import io.github.pgpubsub.internal.log.reading.Delivery;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.kept.KeptMessage;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A delivery as the handler sees it, for one attempt. */
final class Received implements KeptMessage {

    private enum State {
        OPEN, ACKNOWLEDGED,
        /** This attempt has failed: another one follows, or none. */
        FAILED
    }

    private final Shard group;
    private final Delivery<KeptRow> delivery;
    private final Page.Row<KeptRow> row;
    private final boolean redelivered;
    private final int attempts;
    /** Null: another mode than manual. */
    private final @Nullable Consumer<Delivery<KeptRow>> acknowledge;
    /** Null: another mode than transaction. */
    private final @Nullable Connection connection;
    private @Nullable Map<String, Object> headers;
    private State state = State.OPEN;

    private Received(Shard group, Delivery<KeptRow> delivery, Page.Row<KeptRow> row,
            @Nullable Consumer<Delivery<KeptRow>> acknowledge,
            @Nullable Connection connection) {
        this.group = group;
        this.delivery = delivery;
        this.row = row;
        this.redelivered = delivery.isRedelivered();
        this.attempts = delivery.failures();
        this.acknowledge = acknowledge;
        this.connection = connection;
    }

    /** @param batch messages only */
    static List<Received> all(Shard group, List<Delivery<KeptRow>> batch, @Nullable Consumer<Delivery<KeptRow>> acknowledge,
            @Nullable Connection connection) {
        List<Received> all = new ArrayList<>(batch.size());
        for (Delivery<KeptRow> delivery : batch) {
            Page.Row<KeptRow> row = delivery.row();
            assert row != null;
            all.add(new Received(group, delivery, row, acknowledge, connection));
        }
        return all;
    }

    @Override
    public String channel() {
        return group.channel();
    }

    @Override
    public String id() {
        return row.id().toString();
    }

    @Override
    public @Nullable String key() {
        return row.message().key();
    }

    @Override
    public @Nullable String payload() {
        return row.message().payload();
    }

    @Override
    public byte @Nullable [] bytes() {
        return row.message().bytes();
    }

    /** Read when somebody asks: most handlers don't. */
    @Override
    public synchronized Map<String, Object> headers() {
        if (headers == null) {
            String json = row.message().headers();
            headers = json == null ? Map.of() : JsonReader.read(json);
        }
        return headers;
    }

    @Override
    public Instant at() {
        return row.id().at();
    }

    @Override
    public boolean redelivered() {
        return redelivered;
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public long epoch() {
        return delivery.fence().epoch();
    }

    @Override
    public int shard() {
        return group.shard();
    }

    @Override
    public Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("Only with ackMode=transaction a message has a connection");
        }
        return connection;
    }

    @Override
    public void acknowledge() {
        if (acknowledge == null) {
            throw new IllegalStateException("Only with ackMode=manual a message is acknowledged by its handler");
        }
        if (leave(State.ACKNOWLEDGED)) {
            acknowledge.accept(delivery);
        }
    }

    /** False: it was acknowledged before. */
    boolean fails() {
        return leave(State.FAILED);
    }

    private synchronized boolean leave(State next) {
        boolean open = state == State.OPEN;
        state = open ? next : state;
        return open;
    }

    @Override
    public String toString() {
        return group + ", message " + row.id();
    }
}
