package io.github.pgpubsub.examples.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The example without a browser: the page, the events, the picture of the group, and what is refused. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the example is for Linux and macOS")
class LiveTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    /** Until then the folder must not be deleted. */
    @AfterAll
    static void awaitNoServer() {
        awaitUntil(() -> assertThat(new SharedServer("live", folder, line -> {}).hasStopped()).isTrue());
    }

    @Test
    void ordersGoToEveryPageAndTheLeadMoves() throws Exception {
        try (Seat seat = new SharedServer("live", folder, line -> {}).join();
                Application first = start(seat, "first");
                Application second = start(seat, "second");
                Connection database = DriverManager.getConnection(seat.url());
                Statement statement = database.createStatement()) {
            awaitUntil(() -> {
                JsonNode group = group(second);
                assertThat(group.path("members").findValuesAsText("standby")).as(group.toString()).containsExactly("false",
                        "true");
            });
            assertThat(get(first, "").body()).contains("<title>Orders, live</title>");
            List<JsonNode> events = events(second);

            statement.execute("insert into camel_live_example.orders (item, quantity) values ('<b>tea</b>', 2)");
            awaitUntil(() -> assertThat(events).anyMatch(change -> isPacked(change, "<b>tea</b>", "first")));
            assertThat(events).filteredOn(change -> change.path("op").asText().equals("c")).hasSize(1);

            first.close();
            assertThat(post(second, "application/json", "{\"item\":\"milk\",\"quantity\":3}")).isEqualTo(204);
            awaitUntil(() -> assertThat(events).anyMatch(change -> isPacked(change, "milk", "second")));
            awaitUntil(() -> {
                JsonNode group = group(second);
                assertThat(group.path("role").asText()).as(group.toString()).isEqualTo("LEADER");
                assertThat(group.path("handOvers").asInt()).isEqualTo(1);
            });
            assertThat(new ObjectMapper().readTree(get(second, "orders").body()).findValuesAsText("item"))
                    .containsExactly("milk", "<b>tea</b>");

            assertThat(post(second, "application/json", "{\"item\":\"the moon\",\"quantity\":1}")).isEqualTo(204);
            awaitUntil(() -> assertThat(group(second).path("groupParked").asInt()).isEqualTo(1));
            assertThat(post(second, "text/plain", "{}")).as("what a page of another site can send").isGreaterThanOrEqualTo(400);
            assertThat(post(second, "application/json", "{\"item\":\"milk\",\"quantity\":30}")).isGreaterThanOrEqualTo(400);
            HttpResponse<String> picture = get(second, "groups", "text/html");
            assertThat(picture.body()).contains("packing", "1 parked").doesNotContain(password(seat), "the moon");
            assertThat(picture.headers().firstValue("Content-Security-Policy")).isPresent();
            assertThat(picture.headers().map()).as("what reaches a browser through platform-http")
                    .containsEntry("expires", List.of("0")).containsEntry("vary", List.of("Accept"))
                    .containsEntry("x-content-type-options", List.of("nosniff"))
                    .containsEntry("referrer-policy", List.of("no-referrer"))
                    .doesNotContainKeys("cookie", "authorization");
            assertThat(get(second, "orders").headers().firstValue("Expires")).contains("0");
        }
    }

    @Test
    void flags() {
        assertThat(Options.parse()).isEqualTo(new Options(null, null, 0, false));
        assertThat(Options.parse("--quiet", "--port", "9000", "--name", "me", "--url", "jdbc:postgresql://host/db"))
                .isEqualTo(new Options("jdbc:postgresql://host/db", "me", 9000, true));
        assertThatThrownBy(() -> Options.parse("--loud")).hasMessageContaining("unknown flag '--loud'")
                .hasMessageContaining("--quiet");
        assertThatThrownBy(() -> Options.parse("--port")).hasMessageContaining("--port needs a value");
        for (String port : List.of("web", "0", "65536", "")) {
            assertThatThrownBy(() -> Options.parse("--port", port)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("--port needs a number from 1 to 65535, not '" + port + "'");
        }
        for (String url : List.of("postgres://me:secret4711@host/db", "jdbc:postgresql://host:port/db?password=secret4711")) {
            assertThatThrownBy(() -> Options.parse("--url", url)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--url needs a JDBC URL").hasMessageNotContaining("secret4711");
        }
    }

    @Test
    void aTakenPortIsSeen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Application.isFree(taken.getLocalPort())).isFalse();
            assertThat(Application.freePort(taken.getLocalPort())).isGreaterThan(taken.getLocalPort());
        }
    }

    private static Application start(Seat seat, String name) throws Exception {
        Options options = new Options(null, name, Application.freePort(18080), true);
        Application application = new Application(options, seat.url(), name);
        application.start();
        return application;
    }

    private static String password(Seat seat) {
        return seat.url().substring(seat.url().indexOf("password=") + "password=".length());
    }

    private static boolean isPacked(JsonNode change, String item, String packer) {
        JsonNode after = change.path("after");
        return after.path("item").asText().equals(item) && after.path("packed_by").asText().equals(packer);
    }

    private static void awaitUntil(ThrowingRunnable condition) {
        await().atMost(Duration.ofSeconds(45)).pollInterval(Duration.ofMillis(50)).untilAsserted(condition);
    }

    private static JsonNode group(Application application) throws Exception {
        for (JsonNode consumer : new ObjectMapper().readTree(get(application, "groups").body()).path("consumers")) {
            if (consumer.path("group").asText().equals("packing")) {
                return consumer;
            }
        }
        throw new AssertionError("no group packing");
    }

    private static HttpResponse<String> get(Application application, String path) throws Exception {
        return get(application, path, "application/json");
    }

    private static HttpResponse<String> get(Application application, String path, String accept) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(application.page() + path)).header("Accept", accept)
                .header("Cookie", "a=b").header("Authorization", "Basic eDp5").build(), BodyHandlers.ofString());
    }

    private static int post(Application application, String type, String body) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(application.page() + "orders")).header("Content-Type", type)
                .POST(BodyPublishers.ofString(body)).build(), BodyHandlers.discarding()).statusCode();
    }

    /** The changes of orders that a page gets from now on. */
    private static List<JsonNode> events(Application application) throws Exception {
        List<JsonNode> events = new CopyOnWriteArrayList<>();
        HttpResponse<Stream<String>> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(application.page() + "events")).build(), BodyHandlers.ofLines());
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> answer.body()
                .filter(line -> line.startsWith("data: ")).forEach(line -> events.add(parse(line.substring(6)))));
        return events;
    }

    private static JsonNode parse(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (Exception e) {
            throw new IllegalStateException(json, e);
        }
    }
}
