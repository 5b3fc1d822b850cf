package io.github.pgpubsub.examples.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code run} in several terminals, and a real browser: orders appear as rows are written, and when the leader stops, the page
 * shows the lead move.
 *
 * <p>With {@code -Dlive.pictures=FOLDER} it also writes pictures to that folder, as docs/live.md says.
 */
@Tag("long")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the example is for Linux and macOS")
class LiveIT {

    /** Empty: no pictures are asked for. */
    private static final String PICTURES = System.getProperty("live.pictures", "");
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final String GROUPS = "document.getElementById('groups').contentDocument.querySelector('main')";

    private final List<Process> processes = new ArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void isThere() {
        Chromium.assumeInstalled();
    }

    @AfterEach
    void leaveNothingBehind() {
        processes.forEach(process -> process.toHandle().destroyForcibly());
        await().atMost(LONG).untilAsserted(() -> assertThat(servers()).isEmpty());
    }

    @Test
    void ordersAppearAsRowsAreWrittenAndTheLeadMoves() throws Exception {
        start("live-1");
        String second = start("live-2");
        Files.createDirectory(folder.resolve("profile"));
        try (Chromium browser = new Chromium(folder.resolve("profile"));
                Seat seat = new SharedServer("live", folder, line -> {}).join();
                Connection database = DriverManager.getConnection(seat.url());
                Statement statement = database.createStatement()) {
            browser.screen(1180, 900, "light");
            browser.open(second);
            until(() -> assertThat(browser.text(role("live-1"))).startsWith("leads"));
            until(() -> assertThat(browser.text(role("live-2"))).isEqualTo("stands by"));
            until(() -> assertThat(browser.text(GROUPS + ".innerText")).contains("standby ready"));

            browser.run("window.sameDocument = true");
            statement
                    .execute("insert into camel_live_example.orders (item, quantity) values ('<img src=x onerror=alert(1)>', 2)");
            until(() -> assertThat(browser.text("document.getElementById('orders').innerText"))
                    .contains("2 × <img src=x onerror=alert(1)>").contains("packed by live-1"));
            browser.run("document.getElementById('moon').click()");
            until(() -> assertThat(browser.text(GROUPS + ".innerText")).contains("1 parked"));
            sell(browser, 11);
            if (!PICTURES.isEmpty()) {
                start("live-3");
                until(() -> assertThat(browser.text(role("live-3"))).isEqualTo("waits"));
                pictures(browser, "before");
                browser.screen(760, 560, "light");
                browser.open(second + "groups");
                until(() -> assertThat(browser.text("document.querySelectorAll('rect').length > 5")).isEqualTo("true"));
                Files.write(Path.of(PICTURES, "groups.png"), browser.screenshot());
                browser.open(second);
                until(() -> assertThat(browser.text(role("live-1"))).startsWith("leads"));
                browser.run("window.sameDocument = true");
            }

            processes.get(0).toHandle().destroyForcibly();
            until(() -> assertThat(browser.text(role("live-2"))).startsWith("leads"));
            until(() -> assertThat(browser.text(GROUPS + ".innerText")).doesNotContain("live-1").contains("leads now"));
            sell(browser, 3);
            until(() -> assertThat(browser.text("document.querySelector('#orders li').innerText")).contains("packed by live-2"));
            assertThat(browser.run("return window.sameDocument").asBoolean()).as("the page was not loaded again").isTrue();
            if (!PICTURES.isEmpty()) {
                pictures(browser, "after");
            }
        }
    }

    /** The words beside a member in the picture. */
    private static String role(String member) {
        return "([...(" + GROUPS + "?.querySelectorAll('.members li') ?? [])]"
                + ".find(each => each.querySelector('b').innerText === '" + member
                + "')?.querySelector('.role').innerText ?? '')";
    }

    private static void sell(Chromium browser, int number) throws Exception {
        for (int i = 0; i < number; i++) {
            String newest = browser.text("(document.querySelector('#orders li')?.id ?? '')");
            browser.run("document.getElementById('order').click()");
            until(() -> assertThat(browser.text("document.querySelector('#orders li').id")).isNotEqualTo(newest));
            until(() -> assertThat(browser.text("document.querySelector('#orders li').className")).contains("packed"));
        }
    }

    private static void until(ThrowingRunnable condition) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(100)).untilAsserted(condition);
    }

    private static void pictures(Chromium browser, String name) throws Exception {
        Files.createDirectories(Path.of(PICTURES));
        picture(browser, Path.of(PICTURES, "live-" + name + ".png"), 1180, 780, "light");
        if (name.equals("before")) {
            picture(browser, Path.of(PICTURES, "live-" + name + "-dark.png"), 1180, 780, "dark");
            picture(browser, Path.of(PICTURES, "live-" + name + "-phone.png"), 390, 844, "light");
        }
        browser.screen(1180, 900, "light");
    }

    private static void picture(Chromium browser, Path file, int width, int height, String colours) throws Exception {
        browser.screen(width, height, colours);
        // Two frames later the page is painted, and the frame has its height.
        String height0 = "document.getElementById('groups').style.height";
        until(() -> assertThat(browser.text("(Math.abs(parseInt(" + height0 + ") - " + GROUPS
                + ".getBoundingClientRect().height) < 9)")).isEqualTo("true"));
        until(() -> assertThat(browser.text("document.querySelectorAll('#orders li').length > 5"
                + " && document.getAnimations().length === 0")).isEqualTo("true"));
        Files.write(file, browser.screenshot());
    }

    /** Returns the address of its page when it is served. */
    private String start(String name) throws IOException {
        int port = Application.freePort(28080);
        ProcessBuilder builder = new ProcessBuilder(Path.of("run").toAbsolutePath().toString(), "--quiet", "--name", name,
                "--port", String.valueOf(port)).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // C2 would not pay off in such a short-lived process.
        builder.environment().merge("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -Dlive.folder=" + folder,
                (others, mine) -> others + " " + mine);
        Process process = builder.start();
        processes.add(process);
        Thread reader = new Thread(() -> read(process), "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
        await().atMost(LONG).untilAsserted(() -> assertThat(isServed(port)).as(() -> String.join("\n", lines)).isTrue());
        return "http://127.0.0.1:" + port + "/";
    }

    private static boolean isServed(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private void read(Process process) {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(no more output: " + e.getMessage() + ")");
        }
    }

    private List<Path> servers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().contains("-server-")).toList();
        }
    }
}
