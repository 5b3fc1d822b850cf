package io.github.pgpubsub.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.history.History;
import io.github.pgpubsub.history.HistoryWriter;
import io.github.pgpubsub.history.Judge;
import io.github.pgpubsub.history.Numbered;
import io.github.pgpubsub.history.Settings;
import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.history.What;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Lock;
import io.github.pgpubsub.support.Cable;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import io.github.pgpubsub.support.Proxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/** Members of one group, each in a separate JVM. */
final class Group implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(10);
    private static final Path HISTORIES = Path.of("target", "histories");
    private static final String TEST = "test";
    private static final int SHOWN = 60;
    private static final int LATEST = 5000;

    private final PostgresExtension postgres;
    private final String channel;
    private final String options;
    private final String user;
    private final String password;
    /** Null: on this machine. */
    private final Cable cable;
    private final List<Node> all;
    private final Path directory;
    private final HistoryWriter history;
    private final String url;
    private boolean keepsHistory = true;

    private Group(PostgresExtension postgres, String channel, String options, String user, String password, Cable cable,
            List<Node> all, Path directory, HistoryWriter history, String url) {
        this.postgres = postgres;
        this.channel = channel;
        this.options = options;
        this.user = user;
        this.password = password;
        this.cable = cable;
        this.all = all;
        this.directory = directory;
        this.history = history;
        this.url = url;
    }

    Group(PostgresExtension postgres, String channel, String options) {
        this(postgres, channel, options, HISTORIES.resolve(channel.replaceAll("\\W", "-") + "-" + System.nanoTime()));
    }

    private Group(PostgresExtension postgres, String channel, String options, Path directory) {
        this(postgres, channel, options, postgres.user(), postgres.password(), null, new ArrayList<>(), directory,
                HistoryWriter.into(directory, TEST), postgres.url());
    }

    /** A view of the same group that launches members with another database user. */
    Group as(String otherUser, String otherPassword) {
        return new Group(postgres, channel, options, otherUser, otherPassword, cable, all, directory, history, url);
    }

    /** A view of the same group that launches members at the far end of the cable. */
    Group over(Cable otherCable) {
        return new Group(postgres, channel, options, user, password, otherCable, all, directory, history,
                VanishedHostIT.url(otherCable, postgres));
    }

    /** A view of the same group that launches members behind a proxy. */
    Group through(Proxy proxy) {
        return new Group(postgres, channel, options, user, password, null, all, directory, history,
                Application.url(proxy, postgres));
    }

    /** The history of the test's own actions. */
    HistoryWriter history() {
        return history;
    }

    /** The history of a member in the test's own JVM, which is not launched here. */
    HistoryWriter writerFor(String member) {
        return HistoryWriter.into(directory, member);
    }

    /** Sends numbers steadily from now on, and records them in the history. */
    Numbers numbers(int perSecond) {
        return Numbers.start(postgres, channel, perSecond, history);
    }

    /** Sends numbers steadily as one of several senders. */
    Numbers numbers(String sender, int perSecond) {
        return Numbers.start(postgres, channel, perSecond, history, sender);
    }

    /** Sends these numbers in one transaction, and records them in the history. */
    void send(long first, long last) {
        history.sending(Numbered.onlySender(), first, last);
        postgres.strings("select count(pg_notify(?, n::text)) from generate_series(?::bigint, ?::bigint) n", channel, first,
                last);
        history.committed(Numbered.onlySender(), first, last);
    }

    String channel() {
        return channel;
    }

    /** Launches a member without waiting for its start. */
    Node launch() {
        return launch(0);
    }

    /** @param flags see {@link FaultNode} */
    Node launch(long delayMillis, String... flags) {
        String name = "node-" + (all.size() + 1);
        List<String> arguments = Stream.concat(
                Stream.of(name, url, user, password, channel + "?" + options, Long.toString(delayMillis)),
                Stream.of(flags)).toList();
        // Otherwise logging, and with it the history's roles, would end at SIGTERM, before the member itself.
        List<String> jvm = List.of("-Xmx96m", "-Dlog4j2.shutdownHookEnabled=false",
                "-D" + FaultNode.HISTORY + "=" + directory.toAbsolutePath());
        history.happened(What.STARTING, name);
        Node node = new Node(name, JvmProcess.start(name, FaultNode.class, jvm, arguments,
                cable == null ? List.of() : cable.farEnd()), history);
        all.add(node);
        return node;
    }

    List<Node> all() {
        return List.copyOf(all);
    }

    /** The backend that holds this lock of the group; 0: none. */
    int holder(Lock lock) {
        return postgres.strings("""
                select pid from pg_locks
                where locktype = 'advisory' and objsubid = 1 and granted
                  and database = (select oid from pg_database where datname = current_database())
                  and (classid::bigint << 32) | objid::bigint = ?""", new GroupKey(channel, "default").key(lock))
                .stream().findFirst().map(Integer::parseInt).orElse(0);
    }

    boolean leads(Node node) {
        return node.process().isAlive() && node.role().equals("LEADER") && node.backend() == holder(Lock.LEADER);
    }

    /** Waits for a member that holds the leader's lock and knows it. */
    Node awaitLeader() {
        awaitThat("somebody leads", Node.SOON, () -> all.stream().anyMatch(this::leads));
        return all.stream().filter(this::leads).findFirst().orElseThrow();
    }

    void awaitLeads(Node node, Duration atMost) {
        awaitThat(node + " leads", atMost, () -> leads(node));
    }

    void awaitStandbyInStep(Node node) {
        awaitThat(node + " is in step", Node.SOON, node::isStandbyInStep);
    }

    /** Waits for a running standby that is in step. */
    Node awaitStandbyInStep() {
        awaitThat("a standby is in step", Node.SOON, () -> all.stream().anyMatch(Group::standsBy));
        return all.stream().filter(Group::standsBy).findFirst().orElseThrow();
    }

    private static boolean standsBy(Node node) {
        return node.process().isAlive() && node.isStandbyInStep();
    }

    /** Waits until any member has begun the number. By then all earlier numbers have been begun too, or never will be. */
    void awaitStarted(long number) {
        awaitStarted(new Numbered(Numbered.onlySender(), number));
    }

    /** The same for one of several senders. */
    void awaitStarted(Numbered message) {
        awaitThat(message + " has come", Node.SOON, () -> all.stream().anyMatch(node -> {
            List<Start> starts = node.starts();
            return starts.stream().skip(Math.max(0, starts.size() - LATEST))
                    .anyMatch(start -> start.number() == message.number() && start.sender().equals(message.sender()));
        }));
    }

    /** Waits until this member begins another exchange. */
    void awaitNextStart(Node node) {
        int begun = node.starts().size();
        awaitThat(node + " begins another one", Node.SOON, () -> node.starts().size() > begun);
    }

    /** The failure message shows the members' state and the judge's findings so far; their output is printed. */
    void awaitThat(String what, Duration atMost, BooleanSupplier condition) {
        try {
            await(what).atMost(atMost).pollInterval(LOOK).until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            System.out.println(story());
            throw new AssertionError(e.getMessage() + "; lock held by " + holder(Lock.LEADER) + "; " + all.stream()
                    .filter(node -> node.process().isAlive())
                    .map(node -> node + ": " + node.role() + " as backend " + node.backend() + ", began " + node.starts().size())
                    .collect(Collectors.joining("; ")) + "; so far " + judge(Settings.ofOptions(options)), e);
        }
    }

    Received received() {
        return new Received(all);
    }

    /** Judges by these options. A history that breaks a rule is kept, for people. */
    Verdict verdict() {
        return verdict(Settings.ofOptions(options));
    }

    private Verdict verdict(Settings settings) {
        Verdict verdict = judge(settings);
        Figures.print("history of %s?%s: %s", channel, options, verdict.summary());
        if (!verdict.violations().isEmpty()) {
            System.out.println("history kept in " + directory + ": " + verdict);
        } else {
            keepsHistory = false;
        }
        return verdict;
    }

    private Verdict judge(Settings settings) {
        return Judge.judge(History.read(directory), settings);
    }

    /** Whether the history as it is now breaks no rule. */
    boolean isKept() {
        return judge(Settings.ofOptions(options)).violations().isEmpty();
    }

    /** Fails if the history breaks a rule. */
    void assertKept() {
        assertKept(verdict());
    }

    /** Fails if the history breaks a rule, or a gap was reported. */
    void assertKeptWithoutGaps() {
        assertKept(verdict(Settings.ofOptions(options).withoutGaps()));
    }

    private static void assertKept(Verdict verdict) {
        assertThat(verdict.violations()).as("%s", verdict).isEmpty();
    }

    /** The last log lines of all members. */
    String story() {
        return all.stream().map(node -> {
            List<String> log = node.log();
            return node + " began " + node.starts().size() + ", the last "
                    + node.starts().stream().reduce((a, b) -> b).orElse(null)
                    + "\n" + log.stream().skip(Math.max(0, log.size() - SHOWN)).map(line -> node + "| " + line)
                            .collect(Collectors.joining("\n"));
        }).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        all.forEach(Node::close);
        history.close();
        if (!keepsHistory) {
            delete();
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
