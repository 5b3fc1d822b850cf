package io.github.pgpubsub.examples.bridges;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Writes an order each second. It knows nothing of channels. Now and then it stops one of the brokers for a few orders. */
final class Shop {

    private static final List<String> ITEMS = List.of("tea", "milk", "sugar", "lemons");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    /** Each round has so many orders, and an outage of the next broker between these two. */
    private static final int ROUND = 20;
    private static final int OUTAGE_BEGINS = 5;
    private static final int OUTAGE_ENDS = 13;

    private final String database;
    private final List<Broker> brokers;
    private final Thread thread = new Thread(this::sell, "shop");

    private Shop(String database, List<Broker> brokers) {
        this.database = database;
        this.brokers = brokers;
    }

    /** Creates the table. */
    static Shop build(String database, List<Broker> brokers) throws IOException, SQLException {
        try (InputStream file = Shop.class.getResourceAsStream("/schema.sql")) {
            assert file != null;
            try (Connection connection = DriverManager.getConnection(database);
                    Statement statement = connection.createStatement()) {
                statement.execute(new String(file.readAllBytes(), UTF_8));
            }
        }
        return new Shop(database, brokers);
    }

    void open() {
        thread.setDaemon(true);
        thread.start();
    }

    void close() {
        thread.interrupt();
    }

    private void sell() {
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement insert = connection.prepareStatement(
                        "insert into camel_bridges_example.orders (item, quantity) values (?, ?) returning id")) {
            for (int n = 0;; n++) {
                disturb(n);
                Thread.sleep(1000);
                insert.setString(1, ITEMS.get(n % ITEMS.size()));
                insert.setInt(2, 1 + n % 9);
                try (ResultSet row = insert.executeQuery()) {
                    row.next();
                    say("INSERT   order %d: %d x %s".formatted(row.getLong(1), 1 + n % 9, ITEMS.get(n % ITEMS.size())));
                }
            }
        } catch (InterruptedException e) {
            // The application stops.
        } catch (IOException | SQLException e) {
            say("The shop has closed: " + e.getMessage());
        }
    }

    private void disturb(int n) throws IOException {
        Broker broker = brokers.get(n / ROUND % brokers.size());
        if (n % ROUND == OUTAGE_BEGINS) {
            broker.stop();
            say("-------- the " + broker.name() + " broker is stopped: its orders wait, the others go on");
        } else if (n % ROUND == OUTAGE_ENDS) {
            broker.start();
            say("-------- the " + broker.name() + " broker runs again: what has waited comes now");
        }
    }

    private static void say(String line) {
        System.out.println(LocalTime.now(ZoneId.systemDefault()).format(TIME) + " " + line);
    }
}
