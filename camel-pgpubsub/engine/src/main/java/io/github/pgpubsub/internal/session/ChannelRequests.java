package io.github.pgpubsub.internal.session;

import static io.github.pgpubsub.internal.session.Refusals.throwUnlessRefusal;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The channels that subscribers want, and the channels that this session listens to. One statement turns all changed channels on
 * or off. Belongs to the session's thread.
 */
final class ChannelRequests {

    /** NAMEDATALEN - 1, in bytes of the server's encoding. LISTEN cuts a longer name, with a notice that may be turned off. */
    private static final int LONGEST_CHANNEL = 63;
    private static final String TOO_LONG = "select c from pg_catalog.unnest(?::pg_catalog.text[]) as t(c)"
            + " where pg_catalog.octet_length(c) operator(pg_catalog.>) " + LONGEST_CHANNEL + " limit 1";
    /** name_too_long. */
    private static final String NAME_TOO_LONG = "42622";

    private record Listen(Address address, Subscriber owner, Runnable done) {

        String channel() {
            return address.channel();
        }
    }

    private final ServerConnection connection;
    private final RoundTrips roundTrips;
    private final Refusals refusals;
    private final String ownMarks;
    private final Receivers receivers = new Receivers();
    private final Set<String> listening = new LinkedHashSet<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Batch<Listen> listens = new Batch<>();

    /** @param ownMarks the channel on which this process marks its own messages; listened to along with any other channel */
    ChannelRequests(ServerConnection connection, RoundTrips roundTrips, Refusals refusals, String ownMarks) {
        this.connection = connection;
        this.roundTrips = roundTrips;
        this.refusals = refusals;
        this.ownMarks = ownMarks;
    }

    void listen(Address address, Subscriber subscriber, Runnable done) {
        receivers.add(address, subscriber);
        changed.add(address.channel());
        listens.add(new Listen(address, subscriber, done));
    }

    void unlisten(Address address, Subscriber subscriber) {
        String channel = address.channel();
        listens.removeIf(listen -> listen.address.equals(address) && listen.owner == subscriber);
        if (receivers.remove(address, subscriber)) {
            if (!receivers.has(channel)) {
                refusals.granted(channel);
            }
            changed.add(channel);
        }
    }

    Receivers receivers() {
        return receivers;
    }

    boolean isEmpty() {
        return changed.isEmpty();
    }

    /** Minimum number of channels that the server should show for this session. */
    int listening() {
        return listening.size();
    }

    void flush() throws SQLException {
        if (changed.isEmpty()) {
            return;
        }
        changed.add(ownMarks);
        List<String> turned = changed.stream().filter(channel -> isWanted(channel) != listening.contains(channel)).toList();
        changed.clear();
        if (!turned.isEmpty()) {
            turnOrAlone(turned);
        }
        for (Listen listen : listens.take()) {
            if (listening.contains(listen.channel())) {
                listen.done.run();
            } else {
                listens.add(listen);
            }
        }
    }

    private boolean isWanted(String channel) {
        return channel.equals(ownMarks) ? !receivers.isEmpty() : receivers.has(channel);
    }

    /** A refused statement was one transaction, so none of its changes happened: each channel is then tried alone. */
    private void turnOrAlone(List<String> channels) throws SQLException {
        try {
            turn(channels);
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            for (String channel : channels) {
                turnAlone(channel);
            }
        }
    }

    private void turnAlone(String channel) throws SQLException {
        try {
            turn(List.of(channel));
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            refusals.refused(e, channel, () -> changed.add(channel), receivers.of(channel));
        }
    }

    private void turn(List<String> channels) throws SQLException {
        refuseTooLong(channels);
        StringBuilder sql = new StringBuilder();
        for (String channel : channels) {
            sql.append(isWanted(channel) ? "LISTEN " : "UNLISTEN ").append(connection.pg().escapeIdentifier(channel)).append(';');
        }
        try (Statement statement = connection.jdbc().createStatement()) {
            statement.setEscapeProcessing(false);
            roundTrips.ask(() -> statement.execute(sql.toString()));
        }
        for (String channel : channels) {
            if (isWanted(channel)) {
                listening.add(channel);
            } else {
                listening.remove(channel);
            }
            refusals.granted(channel);
        }
    }

    /** {@code ChannelName} has checked the length in UTF-8; in the encoding of another database a name can be longer. */
    private void refuseTooLong(List<String> channels) throws SQLException {
        Object[] asked = channels.stream().filter(this::isWanted).filter(channel -> !isAscii(channel)).toArray();
        if (asked.length == 0) {
            return;
        }
        try (PreparedStatement statement = connection.jdbc().prepareStatement(TOO_LONG)) {
            statement.setArray(1, connection.jdbc().createArrayOf("text", asked));
            try (ResultSet rows = roundTrips.query(statement)) {
                if (rows.next()) {
                    throw new SQLException("Channel " + rows.getString(1) + " has more than " + LONGEST_CHANNEL
                            + " bytes in the encoding of the database", NAME_TOO_LONG);
                }
            }
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(each -> each < 128);
    }
}
