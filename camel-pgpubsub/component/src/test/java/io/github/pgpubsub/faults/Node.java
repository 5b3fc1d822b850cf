package io.github.pgpubsub.faults;

import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.history.HistoryWriter;
import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.JvmProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@link FaultNode} process, observed through its output. */
final class Node implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(60);

    private static final Pattern BACKEND = Pattern.compile(".* Listening on .* as backend (\\d+).*");
    private static final Pattern ROLE = Pattern.compile(".* Channel .*, group .*: ([A-Z_]+) \\((.*)\\), after (\\d+) ms as .*");
    private static final Pattern STEP = Pattern.compile(".* Channel .*, group .*: ([A-Z_]+) is (not )?in step .*");

    /** A reported gap. */
    record Gap(String node, int term, long micros, long millis) {}

    private final String name;
    private final JvmProcess process;
    private final HistoryWriter history;
    private final List<Start> starts = new ArrayList<>();
    private final List<long[]> ends = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private int read;
    private int term;
    private int backend;
    private String role = "";
    private boolean inStep;
    private int done;
    private boolean started;

    /** @param history records the test's actions on this node */
    Node(String name, JvmProcess process, HistoryWriter history) {
        this.name = name;
        this.process = process;
        this.history = history;
    }

    String name() {
        return name;
    }

    JvmProcess process() {
        return process;
    }

    Node awaitStarted() {
        process.awaitLine(FaultNode.STARTED::equals, SOON.multipliedBy(3));
        if (!started) {
            started = true;
            history.happened(What.STARTED, name);
        }
        return this;
    }

    /** Sends a command and waits until it is done. */
    void command(String command) {
        boolean enters = Set.of("join", "resume").contains(command);
        int before = read().done;
        history.happened(enters ? What.STARTING : What.STOPPING, name, command);
        process.send(command);
        await(name + " " + command).atMost(SOON.multipliedBy(2)).pollInterval(Duration.ofMillis(10))
                .until(() -> read().done > before);
        history.happened(enters ? What.STARTED : What.STOPPED, name, command);
    }

    /** Ends the process in an orderly way. */
    void end() {
        askToEnd();
        awaitEnd();
    }

    /** SIGTERM. */
    void askToEnd() {
        history.happened(What.STOPPING, name, "process");
        process.stop();
    }

    void awaitEnd() {
        process.awaitExit(SOON.multipliedBy(2));
        history.happened(What.STOPPED, name, "process");
    }

    /** SIGKILL; returns when the process has ended. */
    void kill() {
        history.happened(What.KILLING, name);
        process.kill();
    }

    /** SIGSTOP. */
    void freeze() {
        history.happened(What.FREEZING, name);
        process.freeze();
    }

    /** SIGCONT. */
    void thaw() {
        history.happened(What.THAWING, name);
        process.thaw();
    }

    /** Disturbs the node's connection, or the network on its path. */
    void disturb(String how, Runnable what) {
        history.happened(What.DISTURBING, name, how);
        what.run();
        history.happened(What.SETTLED, name, how);
    }

    /** The last backend that the node listened with; 0: none yet. */
    int backend() {
        return read().backend;
    }

    String role() {
        return read().role;
    }

    /** Number of times that the node has become the leader. */
    int terms() {
        return read().term;
    }

    boolean isStandbyInStep() {
        read();
        return role.equals("STANDBY") && inStep;
    }

    List<Start> starts() {
        return List.copyOf(read().starts);
    }

    /** Number and time (in microseconds) of each end of an exchange. */
    List<long[]> ends() {
        return List.copyOf(read().ends);
    }

    List<Gap> gaps() {
        return List.copyOf(read().gaps);
    }

    /** Output lines that are neither the start nor the end of an exchange. */
    List<String> log() {
        return List.copyOf(read().log);
    }

    private Node read() {
        List<JvmProcess.Line> lines = process.lines();
        for (; read < lines.size(); read++) {
            read(lines.get(read).text());
        }
        return this;
    }

    private void read(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "S" -> starts.add(new Start(name, term, words[5], Long.parseLong(words[1]), Long.parseLong(words[2]),
                    Boolean.parseBoolean(words[3]), words[4]));
            case "E" -> ends.add(new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])});
            case "G" -> gaps.add(new Gap(name, term, Long.parseLong(words[1]), Long.parseLong(words[2])));
            case "done" -> {
                done++;
                log.add(line);
            }
            default -> {
                log.add(line);
                readLog(line);
            }
        }
    }

    private void readLog(String line) {
        Matcher is = BACKEND.matcher(line);
        if (is.matches()) {
            backend = Integer.parseInt(is.group(1));
        } else if ((is = ROLE.matcher(line)).matches()) {
            role = is.group(1);
            inStep = false;
            if (role.equals("LEADER")) {
                term++;
            }
        } else if ((is = STEP.matcher(line)).matches()) {
            inStep = is.group(2) == null;
        }
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
