package io.github.pgpubsub.examples.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/** Takes and packs orders, which are rows of a table. Has no code for channels. */
public final class Shop {

    private static final List<String> ITEMS = List.of("tea", "milk", "sugar", "lemons", "honey", "bread");
    private static final String TOO_LARGE = "the moon";
    private static final int LONGEST_ITEM = 40;

    private final DataSource database;
    private final String packer;

    /** @param packer name of this process, which is written to the orders that it packs */
    Shop(DataSource database, String packer) {
        this.database = database;
        this.packer = packer;
    }

    void prepare() throws SQLException, IOException {
        try (InputStream file = Shop.class.getResourceAsStream("/schema.sql");
                Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(new String(file.readAllBytes(), UTF_8));
        }
    }

    public void orderSomething() throws SQLException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        insert(ITEMS.get(random.nextInt(ITEMS.size())), random.nextInt(1, 10));
    }

    /** @param order JSON with {@code item} and {@code quantity}; an empty object is any order */
    public void order(String order) throws SQLException, IOException {
        JsonNode json = new ObjectMapper().readTree(order);
        String item = json.path("item").asText("");
        int quantity = json.path("quantity").asInt(0);
        if (item.isEmpty()) {
            orderSomething();
        } else if (item.length() > LONGEST_ITEM || quantity < 1 || quantity > 9) {
            throw new IllegalArgumentException("An order has an item of 1 to 40 characters and a quantity of 1 to 9");
        } else {
            insert(item, quantity);
        }
    }

    private void insert(String item, int quantity) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "insert into camel_live_example.orders (item, quantity) values (?, ?)")) {
            statement.setString(1, item);
            statement.setInt(2, quantity);
            statement.execute();
        }
    }

    /** Packing an order again changes nothing: after a kill, a message may come a second time. */
    public void pack(long id, String item) throws SQLException {
        if (item.equals(TOO_LARGE)) {
            throw new IllegalStateException("There is no box for it");
        }
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "update camel_live_example.orders set packed_by = ? where id = ? and packed_by is null")) {
            statement.setString(1, packer);
            statement.setLong(2, id);
            statement.execute();
        }
    }

    /** The last orders as a JSON array, the newest first. */
    public String recent() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select coalesce(json_agg(o order by id desc), '[]')"
                        + " from (select * from camel_live_example.orders order by id desc limit 30) o")) {
            row.next();
            return row.getString(1);
        }
    }
}
