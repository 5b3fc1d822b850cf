package io.github.pgpubsub.faults;

import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.ControlMessage.Type;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.session.Address;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A stranger who may connect and knows the control protocol. It listens to all control messages, and answers each with forged
 * ones that name the same epoch and positions; some are exact copies.
 */
final class Forger implements AutoCloseable {

    private static final int READ_MILLIS = 20;

    private final Address control;
    private final Connection connection;
    private final Thread thread = new Thread(this::run, "forger");
    private volatile boolean stopping;
    private volatile SQLException failure;
    private volatile long forged;
    private int tokens;

    Forger(Connection connection, String channel) {
        this.connection = connection;
        GroupKey key = new GroupKey(channel, "default");
        this.control = new Address(key.controlChannel(), key.controlTag());
        thread.start();
    }

    private void run() {
        try (Statement statement = connection.createStatement()) {
            PGConnection pg = connection.unwrap(PGConnection.class);
            statement.execute("LISTEN " + pg.escapeIdentifier(control.channel()));
            while (!stopping) {
                PGNotification[] heard = pg.getNotifications(READ_MILLIS);
                for (PGNotification each : heard == null ? new PGNotification[0] : heard) {
                    if (each.getPID() != pg.getBackendPID()) {
                        Optional<ControlMessage> message = ControlMessage.decode(each.getParameter());
                        if (message.isPresent()) {
                            send(forgeries(message.get(), each));
                        }
                    }
                }
            }
        } catch (SQLException e) {
            failure = e;
        }
    }

    private List<String> forgeries(ControlMessage heard, PGNotification notification) {
        Map<String, String> fields = new HashMap<>(heard.fields());
        fields.put("ref", heard.token());
        fields.put("count", "100");
        fields.put("to", Integer.toString(notification.getPID()));
        fields.putIfAbsent("epoch", "forged");
        fields.putIfAbsent("n", "1");
        fields.putIfAbsent("timeout", "30000");
        fields.putIfAbsent("begun", "0");
        List<String> forgeries = new ArrayList<>();
        for (Type type : Type.values()) {
            forgeries.add(new ControlMessage(ControlMessage.VERSION, type, "forged." + tokens++, fields).encode());
            forgeries.add(new ControlMessage(ControlMessage.VERSION, type, heard.token(), fields).encode());
        }
        // An answer names the message that it answers.
        fields.put("to", heard.token());
        forgeries.add(new ControlMessage(ControlMessage.VERSION, Type.SYNCED, "forged." + tokens++, fields).encode());
        forgeries.add("not a control message");
        forgeries.replaceAll(control::payload);
        forgeries.add(notification.getParameter());
        return forgeries;
    }

    private void send(List<String> payloads) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select count(pg_notify(?, p)) from unnest(?::text[]) p")) {
            statement.setString(1, control.channel());
            statement.setArray(2, connection.createArrayOf("text", payloads.toArray()));
            statement.executeQuery().close();
        }
        forged += payloads.size();
    }

    long forged() {
        return forged;
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
            connection.close();
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }
}
