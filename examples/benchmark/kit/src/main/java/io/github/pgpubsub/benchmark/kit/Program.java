package io.github.pgpubsub.benchmark.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** A peer's process: reads commands, carries them out and answers. The package describes the protocol. */
public final class Program {

    private final Peer peer;
    private final Server server;
    private Link link;
    private List<String> listened;
    private List<String> sendTo;
    private volatile Consumer<String> receiver;
    private Inbox inbox;

    private Program(Peer peer, Server server) {
        this.peer = peer;
        this.server = server;
    }

    /**
     * Serves until standard input ends. Then halts the process, even during a command: the harness and the server are gone.
     */
    public static void run(Peer peer) throws IOException {
        PrintStream answers = System.out;
        // Output of libraries must not be mistaken for an answer.
        System.setOut(System.err);
        Program program = new Program(peer, Server.fromEnvironment());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        ExecutorService worker = Executors.newSingleThreadExecutor();
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            Line line = Line.parse(order);
            worker.execute(() -> {
                answers.println(program.answer(line));
                answers.flush();
            });
        }
        Runtime.getRuntime().halt(0);
    }

    private Line answer(Line order) {
        try {
            return carryOut(order);
        } catch (UnsupportedOperationException e) {
            closeQuietly();
            return Line.of(Line.CANNOT).with("reason", String.valueOf(e.getMessage()));
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            closeQuietly();
            return Line.of(Line.FAILED).with("reason", reason(e));
        }
    }

    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    private Line carryOut(Line order) throws Exception {
        return switch (order.word()) {
            case "open" -> open(order.integer("listen"), order.integer("send"));
            case "send" -> send(order);
            case "expect" -> expect(order.number("count"));
            case "await" -> inbox.await(order.number("millis"));
            case "backlog" -> backlog(order.integer("count"), order.integer("size"));
            case "latency" -> latency(order);
            case "flow" -> flow(order);
            case "write" -> write(order);
            case "cpu" -> Line.ok().with("cpu", Cost.cpuNanos());
            case "memory" -> Line.ok().with("heap", Cost.heapBytes()).with("threads", Cost.threads());
            case "close" -> close();
            default -> throw new IllegalArgumentException("unknown command '%s'".formatted(order.word()));
        };
    }

    private Line open(int listen, int send) throws Exception {
        close();
        receiver = payload -> {};
        listened = Channels.first(listen);
        sendTo = Channels.first(send);
        link = peer.open(server, listened, sendTo, payload -> receiver.accept(payload));
        return Line.ok();
    }

    private Line send(Line order) throws Exception {
        Sending sending = new Sending(link, sendTo, order.integer("size"));
        int senders = order.integer("senders");
        return senders == 0 ? sending.asynchronous(order.number("millis")) : sending.blocking(senders, order.number("millis"));
    }

    private Line expect(long count) {
        inbox = new Inbox(count);
        receiver = inbox;
        return Line.ok();
    }

    private Line backlog(int count, int size) throws Exception {
        link.makeBacklog(listened, count, size);
        long committed = System.nanoTime();
        inbox.countCostFromNow();
        return Line.ok().with("committed", committed);
    }

    private Line latency(Line order) throws Exception {
        Latency latency = new Latency();
        receiver = latency;
        return latency.run(link, sendTo.get(0), order.number("rate"), order.integer("senders"), order.number("millis"),
                order.integer("size"));
    }

    private Line flow(Line order) throws Exception {
        Flow flow = new Flow(order.number("count"), order.integer("size"));
        receiver = flow;
        return flow.run(link, sendTo.get(0), order.integer("senders"), order.number("millis"));
    }

    private Line write(Line order) throws Exception {
        boolean publishes = Boolean.parseBoolean(order.text("publish"));
        return new Writing(server, order.text("table"), order.integer("rows"))
                .run(order.integer("writers"), order.number("millis"), publishes ? link : null, Channels.first(1).get(0));
    }

    private Line close() throws Exception {
        if (link != null) {
            Link closing = link;
            link = null;
            closing.close();
        }
        return Line.ok();
    }

    private void closeQuietly() {
        try {
            close();
        } catch (Exception e) {
            e.printStackTrace();
        }
    }
}
