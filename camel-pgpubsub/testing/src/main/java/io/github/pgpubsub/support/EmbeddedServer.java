package io.github.pgpubsub.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PasswordUtil;

/**
 * A server from zonky's binaries. It can be stopped and started again, with the same port and data.
 *
 * <p>
 * zonky unpacks the binaries, creates the data directory and starts the server for the first time. Later starts and stops call
 * {@code pg_ctl} with the same options. The {@link Reaper} ends the server, both when a test closes it and when the JVM is
 * killed.
 */
public final class EmbeddedServer implements PostgresServer {

    private static final String SUPERUSER = "postgres";
    private static final Duration STARTUP = Duration.ofMinutes(2);

    private final Path directory;
    private final int port = freePort();
    private final String password;
    private final Map<String, String> settings;
    private final Reaper reaper;
    private final Path pgCtl;

    /** @param initialized an initialised data directory, which is copied; null: a cluster of its own is made */
    private EmbeddedServer(Map<String, String> extra, @Nullable InitializedData initialized) throws IOException {
        settings = new TreeMap<>(SETTINGS);
        // No socket files: clients use TCP, and the file of a killed server would remain.
        settings.put("unix_socket_directories", "");
        settings.putAll(extra);
        password = initialized == null ? UUID.randomUUID().toString() : initialized.password();
        directory = Files.createTempDirectory("pgpubsub-postgres-");
        reaper = Reaper.watch(directory);
        try {
            if (initialized != null) {
                initialized.copyTo(data());
            }
            initialize();
            pgCtl = binaries().resolve("pg_ctl");
        } catch (IOException | RuntimeException e) {
            IllegalStateException failure = new IllegalStateException("No embedded PostgreSQL: " + log(), e);
            reaper.reap();
            throw failure;
        }
    }

    /** As {@link #start(Map)}, without further settings. */
    public static EmbeddedServer start() {
        return start(Map.of());
    }

    /**
     * Starts a server with {@link PostgresServer#SETTINGS} and these settings of postgresql.conf, which take precedence. All servers
     * of a build that start so have the same system identifier and password.
     */
    public static EmbeddedServer start(Map<String, String> settings) {
        try {
            return new EmbeddedServer(settings, InitializedData.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #start(Map)}, but a new cluster, with a system identifier of its own. {@code initdb} takes some seconds. */
    public static EmbeddedServer startNewCluster(Map<String, String> settings) {
        try {
            return new EmbeddedServer(settings, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void initialize() throws IOException {
        Programs.prepare();
        Path passwordFile = Files.writeString(directory.resolve("password"), hashed(password));
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data())
                .setPort(port)
                // Several servers may start at once on a busy machine.
                .setPGStartupWait(STARTUP)
                // zonky passes "-A trust" to initdb. Its locale options are passed to initdb as well, so these two
                // enforce password authentication from the first start.
                .setLocaleConfig("auth-host", "scram-sha-256")
                .setLocaleConfig("pwfile", passwordFile.toString())
                .setLocaleConfig("locale", "C")
                .setConnectConfig("password", password)
                // zonky calls initdb unless there is a postgresql.conf.
                .setCleanDataDirectory(false)
                .setOutputRedirector(Redirect.appendTo(logFile().toFile()))
                .setRegisterShutdownHook(false);
        settings.forEach((name, value) -> builder.setServerConfig(name, shellQuoted(value)));
        builder.start();
    }

    /**
     * The password with one iteration: a login with the usual 4,096 costs a JVM that has just started a tenth of a second. {@code initdb} of
     * PostgreSQL 13 reads no more than 99 characters of it.
     */
    private static String hashed(String password) {
        int version = Integer.parseInt(System.getProperty(VERSION, "18").split("\\.")[0]);
        return version < 14 ? password : PasswordUtil.encodeScramSha256(password.toCharArray(), 1, new byte[] {1});
    }

    private Path binaries() throws IOException {
        // First line: /path/to/bin/postgres "-D" "data" ...
        String command = Files.readString(data().resolve("postmaster.opts"));
        Path binaries = Path.of(command.substring(0, command.indexOf(" \""))).getParent();
        assert binaries != null;
        return binaries;
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String superuser() {
        return SUPERUSER;
    }

    @Override
    public String password() {
        return password;
    }

    @Override
    public String database() {
        return "postgres";
    }

    @Override
    public boolean canRestart() {
        return true;
    }

    @Override
    public void stopImmediately() {
        pgCtl("stop", "-m", "immediate");
    }

    @Override
    public void stop() {
        pgCtl("stop", "-m", "fast");
    }

    @Override
    public void startAgain() {
        String options = settings.entrySet().stream()
                .map(s -> " -c " + s.getKey() + "=" + shellQuoted(s.getValue()))
                .collect(Collectors.joining());
        pgCtl("start", "-l", logFile().toString(), "-o", "-p " + port + options);
    }

    @Override
    public void close() {
        reaper.reap();
    }

    private void pgCtl(String action, String... arguments) {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // PostgreSQL refuses to run as root; in a separate user namespace, root is mapped to another user.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(pgCtl.toString(), action, "-w", "-D", data().toString()));
        command.addAll(List.of(arguments));
        try {
            // A file, not a pipe: the server would inherit the pipe, and a reader would wait until the server ends.
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(logFile().toFile()))
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("pg_ctl " + action + " failed: " + log());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted in pg_ctl " + action, e);
        }
    }

    Path data() {
        return directory.resolve("data");
    }

    private Path logFile() {
        return directory.resolve("log");
    }

    /** The server's log so far, for failure messages. */
    public String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile()) : "(no log)";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shellQuoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }

    /**
     * A port below the kernel's range for outgoing connections. While the server is down, no client gets this port, not even a
     * reconnecting one, which would then connect to itself.
     */
    static int freePort() {
        for (int tries = 0; tries < 100; tries++) {
            int candidate = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // Try the next port.
            }
        }
        throw new IllegalStateException("No free port");
    }

    @Override
    public String toString() {
        return "embedded PostgreSQL at " + host() + ":" + port;
    }

    /**
     * A shell that waits for the end of a pipe from this JVM, then ends the server whose data is in the directory's folder
     * {@code data}, and removes the directory. If the JVM is killed, the kernel closes the pipe.
     */
    record Reaper(Process shell) {

        /**
         * Ignores signals that a terminal sends to the whole process group, such as Ctrl-C: the server must be ended then, too.
         */
        private static final String SCRIPT = """
                trap '' HUP INT TERM
                cat >/dev/null
                if pid=$(head -n 1 "$0/data/postmaster.pid"); then
                  kill -QUIT "$pid"
                  while kill -0 "$pid"; do sleep 0.02; done
                fi
                rm -rf "$0"
                """;

        static Reaper watch(Path directory) throws IOException {
            return new Reaper(new ProcessBuilder("sh", "-c", SCRIPT, directory.toString())
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start());
        }

        void reap() {
            try {
                shell.getOutputStream().close();
                shell.waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
