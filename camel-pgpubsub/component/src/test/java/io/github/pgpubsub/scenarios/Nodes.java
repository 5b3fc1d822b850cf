package io.github.pgpubsub.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Three {@link HelloNode}s, each in a separate JVM.
 *
 * <p>All listeners of a database see its notifications in one order. So a node that has received the message sent last has
 * received all earlier messages that it ever gets; and the output of a node that has ended is complete. This is how
 * these tests check that a message does <em>not</em> arrive, without waiting for a time.
 */
final class Nodes implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(60);

    private final PostgresExtension postgres;
    private final List<JvmProcess> running = new ArrayList<>();
    private final List<JvmProcess> all = new ArrayList<>();
    private int probes;

    private Nodes(PostgresExtension postgres) {
        this.postgres = postgres;
    }

    /** Starts all nodes at once and waits until they listen or stand by. */
    static Nodes start(PostgresExtension postgres, String options) {
        return start(postgres, options, List.of(List.of("anna", "ben", "carla")));
    }

    /** Starts one node, which becomes the listener if there is only one, and then the other two. */
    static Nodes startOneThenOthers(PostgresExtension postgres, String options) {
        return start(postgres, options, List.of(List.of("anna"), List.of("ben", "carla")));
    }

    private static Nodes start(PostgresExtension postgres, String options, List<List<String>> waves) {
        Nodes nodes = new Nodes(postgres);
        try {
            for (List<String> names : waves) {
                names.stream().map(name -> nodes.launch(name, options)).toList().forEach(Nodes::awaitStarted);
            }
            return nodes;
        } catch (AssertionError | RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    private JvmProcess launch(String name, String options) {
        JvmProcess node = JvmProcess.start(
                name, HelloNode.class, name, postgres.url(), postgres.user(), postgres.password(), options);
        all.add(node);
        running.add(node);
        return node;
    }

    private static void awaitStarted(JvmProcess node) {
        // Three JVMs that start at once on a busy machine.
        node.awaitLine(HelloNode.STARTED::equals, SOON.multipliedBy(4));
    }

    /** Nodes that have not been stopped or killed. */
    List<JvmProcess> running() {
        return List.copyOf(running);
    }

    List<JvmProcess> runningBut(JvmProcess one) {
        return running.stream().filter(node -> node != one).toList();
    }

    /** All nodes send this many messages each, at the same time. Returns the texts once all are committed. */
    List<String> allSend(String text, int count) {
        running.forEach(node -> texts(node, text, count).forEach(each -> node.send(HelloNode.SEND + each)));
        running.forEach(node -> awaitSent(node, text(node, text, count)));
        return running.stream().flatMap(node -> texts(node, text, count).stream()).toList();
    }

    private static void awaitSent(JvmProcess node, String text) {
        node.awaitLine((HelloNode.SENT + text)::equals, SOON);
    }

    /** The texts that a node sends with {@link #allSend}. */
    static List<String> texts(JvmProcess node, String text, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(number -> text(node, text, number)).toList();
    }

    private static String text(JvmProcess node, String text, int number) {
        return text + " " + number + " from " + node.pid();
    }

    /** The texts that a node has received so far, in order. */
    static List<String> received(JvmProcess node) {
        return node.lines().stream()
                .map(JvmProcess.Line::text)
                .filter(line -> line.startsWith(HelloNode.RECEIVED))
                .map(line -> line.substring(HelloNode.RECEIVED.length()))
                .toList();
    }

    /** The texts that all nodes have received so far, including stopped and killed nodes. */
    List<String> receivedByAnyone() {
        return all.stream().flatMap(node -> received(node).stream()).toList();
    }

    static void awaitReceived(JvmProcess node, String text) {
        node.awaitLine((HelloNode.RECEIVED + text)::equals, SOON);
    }

    /**
     * Waits until a running node receives, and returns it. Sends a message by SQL again and again, because at first there may
     * be no listener.
     */
    JvmProcess awaitListener(Duration atMost) {
        List<String> sent = new ArrayList<>();
        JvmProcess listener = await().atMost(atMost).pollInterval(Duration.ofMillis(50)).until(() -> {
            String probe = "probe " + ++probes;
            postgres.notify(HelloNode.CHANNEL, probe);
            sent.add(probe);
            return running.stream().filter(node -> received(node).stream().anyMatch(sent::contains)).findFirst().orElse(null);
        }, node -> node != null);
        // Later output belongs to the test.
        awaitReceived(listener, sent.get(sent.size() - 1));
        return listener;
    }

    /** Stops a node in an orderly way. */
    void stop(JvmProcess node) {
        running.remove(node);
        node.send(HelloNode.STOP);
        assertThat(node.awaitExit(SOON)).isZero();
    }

    void kill(JvmProcess node) {
        running.remove(node);
        node.kill();
    }

    /** Stops all running nodes in an orderly way. Afterwards their output is complete. */
    void stopAll() {
        running.forEach(node -> node.send(HelloNode.STOP));
        running.forEach(node -> assertThat(node.awaitExit(SOON)).isZero());
        running.clear();
    }

    @Override
    public void close() {
        all.forEach(JvmProcess::close);
    }
}
