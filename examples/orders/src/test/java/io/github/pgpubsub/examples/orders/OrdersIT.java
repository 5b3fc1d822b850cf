package io.github.pgpubsub.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code run} in several terminals, as a user sees it. */
@Tag("long")
@DisabledOnOs(WINDOWS)
class OrdersIT {

    private static final Duration LONG = Duration.ofMinutes(4);
    private static final Pattern ORDER = Pattern.compile("order (\\d+): ([1-9]) x (tea|milk|sugar|lemons|é+), sold by (.+)$");

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void leaveNothingBehind() {
        processes.forEach(process -> process.toHandle().destroyForcibly());
        await().atMost(LONG).untilAsserted(() -> assertThat(servers()).isEmpty());
    }

    @Test
    void oneOfTwoReceivesWhatBothSellAndTheOtherTakesOver() throws IOException {
        List<String> first = start();
        awaitOrders(first, orders -> !orders.isEmpty());
        List<String> second = start();
        awaitOrders(first, orders -> orders.stream().anyMatch(order -> order.shop().equals(shop(1))));
        assertThat(orders(second)).isEmpty();

        stop(processes.get(0));
        awaitOrders(second, orders -> orders.size() > 2);
        assertThat(orders(second)).allMatch(order -> order.shop().equals(shop(1)));
        // In the order of the commits, not of the ids: of two orders at a time, the second one may be committed first.
        await().atMost(LONG).untilAsserted(() -> {
            List<Long> received = Stream.of(first, second).flatMap(lines -> orders(lines).stream()).map(Order::id).toList();
            assertThat(received).as("each once")
                    .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, received.size()).boxed().toList());
        });
        assertThat(second).as("the server is still there").noneMatch(line -> line.startsWith("\tat "));

        processes.get(1).toHandle().destroyForcibly();
        await().atMost(LONG).untilAsserted(() -> assertThat(servers()).as("servers after a kill").isEmpty());
    }

    @Test
    void inADatabaseOfOnesOwnEverythingIsInOneSchema() throws Exception {
        try (Seat seat = new SharedServer("mine", folder, line -> {}).join();
                Connection database = DriverManager.getConnection(seat.url());
                Statement statement = database.createStatement()) {
            statement.execute("create schema mine; create table mine.orders (id bigint); insert into mine.orders values (1)");
            List<String> lines = start("--spring.datasource.url=" + seat.url() + "&currentSchema=mine");
            awaitOrders(lines, orders -> !orders.isEmpty());

            statement.execute("insert into camel_orders_example.orders (shop, item, quantity)"
                    + " values ('large', repeat('é', 4000), 7)");
            awaitOrders(lines, orders -> orders.stream().anyMatch(order -> order.shop().equals("large")));
            assertThat(orders(lines)).filteredOn(order -> order.shop().equals("large"))
                    .singleElement().extracting(Order::quantity).isEqualTo(7);
            assertThat(number(statement, "select count(*) from mine.orders")).isEqualTo(1);
            assertThat(number(statement, "select count(*) from pg_trigger where tgrelid = 'mine.orders'::regclass")).isZero();

            stop(processes.get(0));
            assertThat(leftovers(statement)).isPositive();
            statement.execute(removal());
            assertThat(leftovers(statement)).isZero();
        }
    }

    /** Number of database objects that the example has created. */
    private static long leftovers(Statement statement) throws SQLException {
        return number(statement, """
                select (select count(*) from pg_namespace where nspname not in ('mine', 'public', 'information_schema')
                                                            and nspname not like 'pg\\_%')
                     + (select count(*) from pg_trigger where not tgisinternal)
                     + (select count(*) from pg_proc where proname = 'notify_orders')
                """);
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The README's SQL block. */
    private static String removal() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("```sql\n") + "```sql\n".length();
        return readme.substring(start, readme.indexOf("```", start));
    }

    private List<String> start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("run").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // C2 would not pay off in such a short-lived process.
        builder.environment().merge("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -Dorders.folder=" + folder,
                (others, mine) -> others + " " + mine);
        Process process = builder.start();
        processes.add(process);
        List<String> lines = new CopyOnWriteArrayList<>();
        Thread reader = new Thread(() -> read(process, lines), "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private String shop(int process) {
        return "shop-" + processes.get(process).pid();
    }

    private static void read(Process process, List<String> lines) {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(no more output: " + e.getMessage() + ")");
        }
    }

    private record Order(long id, int quantity, String shop) {}

    private static List<Order> orders(List<String> lines) {
        return lines.stream().flatMap(line -> ORDER.matcher(line).results())
                .map(order -> new Order(Long.parseLong(order.group(1)), Integer.parseInt(order.group(2)), order.group(4)))
                .toList();
    }

    private static void awaitOrders(List<String> lines, Predicate<List<Order>> condition) {
        await().atMost(LONG).untilAsserted(
                () -> assertThat(condition.test(orders(lines))).as(() -> String.join("\n", lines)).isTrue());
    }

    /** Sends SIGTERM. Not {@code Process#destroy}, which would also close the output. */
    private static void stop(Process process) {
        process.toHandle().destroy();
        await().atMost(LONG).until(() -> !process.isAlive());
    }

    private List<Path> servers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().contains("-server-")).toList();
        }
    }
}
