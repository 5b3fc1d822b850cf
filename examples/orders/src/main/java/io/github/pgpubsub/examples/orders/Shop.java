package io.github.pgpubsub.examples.orders;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Writes orders to the database, without any code for channels. */
@Component
public class Shop {

    private static final List<String> ITEMS = List.of("tea", "milk", "sugar", "lemons");

    private final String name = "shop-" + ProcessHandle.current().pid();
    private final JdbcTemplate database;

    public Shop(JdbcTemplate database) {
        this.database = database;
    }

    public void sell() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        database.update("insert into camel_orders_example.orders (shop, item, quantity) values (?, ?, ?)",
                name, ITEMS.get(random.nextInt(ITEMS.size())), random.nextInt(1, 10));
    }

    /** Reads an order whose row did not fit into the notification. */
    public Map<String, Object> find(long id) {
        return database.queryForMap(
                "select id, shop, left(item, 20) as item, quantity from camel_orders_example.orders where id = ?",
                id);
    }
}
