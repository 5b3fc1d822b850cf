package io.github.pgpubsub.examples.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A headless Chromium, driven through the W3C's WebDriver protocol, which is JSON over HTTP. Closing it ends its processes. */
final class Chromium implements AutoCloseable {

    /** Name of a system property. If its value is {@code required}, tests fail without Chromium; otherwise they are skipped. */
    static final String PROPERTY = "pgpubsub.test.chromium";

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process driver;
    private final String address;
    private String session = "";

    /** @param profile folder of this browser alone: with the user's own profile, a Chromium that runs already would be used */
    Chromium(Path profile) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        address = "http://127.0.0.1:" + port;
        driver = new ProcessBuilder(program("chromedriver").orElseThrow().toString(), "--port=" + port)
                .redirectErrorStream(true).redirectOutput(profile.resolveSibling("chromedriver.log").toFile()).start();
        try {
            Awaitility.await("chromedriver answers").atMost(Duration.ofSeconds(30)).ignoreExceptions()
                    .until(() -> send("GET", "/status", null).path("ready").asBoolean());
            session = "/session/" + send("POST", "/session", Map.of("capabilities", Map.of("alwaysMatch", Map.of("browserName",
                    "chrome", "goog:chromeOptions", Map.of("binary", program("chromium").orElseThrow().toString(), "args",
                            arguments(profile))))))
                    .path("sessionId").asText();
        } catch (Exception | Error e) {
            driver.destroyForcibly();
            throw e;
        }
    }

    private static List<String> arguments(Path profile) {
        return List.of(
                "--headless",
                // As root, and in most containers, the browser's sandbox can't start. It shows only pages of this test.
                "--no-sandbox",
                // There is no graphics card.
                "--disable-gpu",
                // Containers give a small /dev/shm, in which the page would crash.
                "--disable-dev-shm-usage",
                // Nothing beyond this machine is asked: no QUIC, no first-run pages, no updates, no synchronization.
                "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--user-data-dir=" + profile);
    }

    /** Skips the test on a machine without Chromium and its driver, or fails it if they are required. */
    static void assumeInstalled() {
        boolean installed = program("chromium").isPresent() && program("chromedriver").isPresent();
        if ("required".equals(System.getProperty(PROPERTY))) {
            assertThat(installed).as("%s=required, and chromium and chromedriver are on the PATH", PROPERTY).isTrue();
        }
        assumeTrue(installed, "There is no chromium or no chromedriver on the PATH"
                + " (Debian has them in the packages chromium and chromium-driver)");
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable).findFirst();
    }

    void open(String url) throws Exception {
        send("POST", session + "/url", Map.of("url", url));
    }

    /** Runs JavaScript in the page. */
    JsonNode run(String script) throws Exception {
        return send("POST", session + "/execute/sync", Map.of("script", script, "args", List.of()));
    }

    String text(String script) throws Exception {
        return run("return " + script).asText();
    }

    /** Sends a command of Chromium's own protocol. */
    void command(String name, Map<String, ?> parameters) throws Exception {
        send("POST", session + "/goog/cdp/execute", Map.of("cmd", name, "params", parameters));
    }

    /** As on a screen of this width and height in CSS pixels, in the dark or light colours. */
    void screen(int width, int height, String colours) throws Exception {
        command("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        command("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
    }

    byte[] screenshot() throws Exception {
        return Base64.getDecoder().decode(send("GET", session + "/screenshot", null).asText());
    }

    private JsonNode send(String method, String path, Object body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofMinutes(2))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        JsonNode value = JSON.readTree(HTTP.send(request, BodyHandlers.ofString()).body()).path("value");
        if (value.has("error")) {
            throw new IllegalStateException(path + ": " + value.path("message").asText());
        }
        return value;
    }

    @Override
    public void close() throws Exception {
        try {
            send("DELETE", session, null);
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly().waitFor();
        }
    }
}
