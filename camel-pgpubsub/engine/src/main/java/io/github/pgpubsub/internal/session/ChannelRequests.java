package io.github.pgpubsub.internal.session;

import static io.github.pgpubsub.internal.session.Refusals.throwUnlessRefusal;

import io.github.pgpubsub.internal.connection.ServerConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels that subscribers want, and the channels that this session listens to. One statement turns all changed channels on
 * or off. Belongs to the session's thread.
 */
final class ChannelRequests {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelRequests.class);
    /** Fewer shared channels cost too little to be moved. */
    private static final int WORTH_MOVING = 16;
    /** Each takes two commands, which must be in one transaction, see {@link #execute}. */
    private static final int MOVED_AT_ONCE = 50;

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
    private final Set<String> listening = new HashSet<>();
    /** The shared ones of these. */
    private final Set<String> shared = new LinkedHashSet<>();
    /** Number of other channels that were turned on since the shared ones were moved behind all others. */
    private int behindShared;
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

    /** None of the changes of a refused statement has happened, or only the first ones, see {@link #execute}: each channel is tried alone. */
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
        List<String> commands = new ArrayList<>();
        for (String channel : channels) {
            commands.add(isWanted(channel) ? listen(channel) : unlisten(channel));
        }
        execute(commands);
        for (String channel : channels) {
            if (isWanted(channel)) {
                turnedOn(channel);
            } else {
                listening.remove(channel);
                shared.remove(channel);
            }
            refusals.granted(channel);
        }
    }

    private void turnedOn(String channel) {
        listening.add(channel);
        if (receivers.isShared(channel)) {
            shared.add(channel);
        } else {
            behindShared++;
        }
    }

    private String listen(String channel) throws SQLException {
        return "LISTEN " + connection.pg().escapeIdentifier(channel);
    }

    private String unlisten(String channel) throws SQLException {
        return "UNLISTEN " + connection.pg().escapeIdentifier(channel);
    }

    /**
     * In one transaction if they are fewer than 256. Of more, the driver commits the first ones before it sends the rest, so that neither
     * side waits for the other (pgjdbc source, QueryExecutorImpl, flushIfDeadlockRisk: 250 bytes for each answer, 64,000 at most).
     */
    private void execute(List<String> commands) throws SQLException {
        try (Statement statement = connection.jdbc().createStatement()) {
            statement.setEscapeProcessing(false);
            roundTrips.ask(() -> statement.execute(String.join(";", commands)));
        }
    }

    /**
     * Moves the shared channels behind all others if they are many and as many others have come since. Few messages go over shared
     * channels, and the server compares each notification with the channels in the order of their LISTENs until one is equal (before
     * PostgreSQL 19; source, async.c, {@code IsListeningOn}): 128 channels before 1,000 others cost it a fifth of its speed.
     *
     * <p>No notification is missed: both commands take effect at the same commit, and a session takes in the notifications of others
     * between its transactions only.
     */
    void moveSharedBehind() throws SQLException {
        if (shared.size() < WORTH_MOVING || behindShared < shared.size()) {
            return;
        }
        behindShared = 0;
        List<String> all = List.copyOf(shared);
        try {
            for (int from = 0; from < all.size(); from += MOVED_AT_ONCE) {
                moveBehind(all.subList(from, Math.min(all.size(), from + MOVED_AT_ONCE)));
            }
        } catch (SQLException e) {
            throwUnlessRefusal(e);
            LOG.debug("The server does not change the order of the channels", e);
        }
    }

    private void moveBehind(List<String> channels) throws SQLException {
        List<String> commands = new ArrayList<>();
        for (String channel : channels) {
            commands.add(unlisten(channel));
            commands.add(listen(channel));
        }
        execute(commands);
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
