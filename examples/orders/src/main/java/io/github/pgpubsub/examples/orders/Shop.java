package io.github.pgpubsub.examples.orders;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Writes to the database and knows nothing of channels. */
@Component
public class Shop {

    private static final List<String> ITEMS = List.of("tea", "milk", "sugar", "lemons");

    private final JdbcTemplate database;

    public Shop(JdbcTemplate database) {
        this.database = database;
    }

    public void sell() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        database.update("insert into orders (item, quantity) values (?, ?)",
                ITEMS.get(random.nextInt(ITEMS.size())), random.nextInt(1, 10));
    }
}
