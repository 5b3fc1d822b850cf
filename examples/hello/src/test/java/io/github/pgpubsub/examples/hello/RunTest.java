package io.github.pgpubsub.examples.hello;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.condition.OS.WINDOWS;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code run} in a copy of the repository, with fake {@code mvn} and {@code java} that only record their calls. */
@DisabledOnOs(WINDOWS)
class RunTest {

    @TempDir
    Path repository;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void makeRepository() throws IOException {
        write("pom.xml", "root");
        write("camel-pgpubsub/engine/pom.xml", "component");
        write("camel-pgpubsub/component/src/main/java/A.java", "component");
        write("examples/server/pom.xml", "server");
        write("examples/server/src/main/java/S.java", "server");
        write("examples/hello/pom.xml", "hello");
        write("examples/hello/src/main/java/B.java", "hello");
        Files.copy(Path.of("run"), repository.resolve("examples/hello/run"));
        executable("bin/mvn", """
                #!/bin/sh
                echo built >> builds
                for word; do case $word in -Dhello.lib=*) mkdir "${word#*=}" ;; esac; done
                """);
        executable("bin/java", """
                #!/bin/sh
                echo "$@" >> starts
                case $* in *--stay*) read line ;; esac
                """);
    }

    @AfterEach
    void leaveNothingBehind() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void buildsOnceAndPassesTheFlagsOn() throws Exception {
        run("--name", "two words");
        run("--help");

        assertThat(lines("builds")).hasSize(1);
        assertThat(lines("starts").get(0)).endsWith("/* io.github.pgpubsub.examples.hello.Hello --name two words");
        assertThat(lines("starts").get(1)).endsWith("/* io.github.pgpubsub.examples.hello.Hello --help");
    }

    @Test
    void changedSourcesAreBuiltBesideWhatStillRuns() throws Exception {
        Process running = start("--stay");
        await().until(() -> lines("starts").size() == 1);
        write("camel-pgpubsub/component/src/main/java/A.java", "changed");
        run();
        assertThat(lines("builds")).hasSize(2);
        assertThat(folders()).as("of the one that runs and of the new one").hasSize(2);

        running.destroy();
        assertThat(running.waitFor(60, SECONDS)).isTrue();
        write("examples/hello/src/main/java/B.java", "changed too");
        run();
        assertThat(lines("builds")).hasSize(3);
        assertThat(folders()).hasSize(1);
    }

    @Test
    void manyAtOnceBuildOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            start();
        }
        for (Process process : processes) {
            assertThat(process.waitFor(60, SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(lines("builds")).hasSize(1);
        assertThat(lines("starts")).hasSize(5);
    }

    @Test
    void lockOfADeadProcessIsNoObstacle() throws Exception {
        Process dead = start();
        assertThat(dead.waitFor(60, SECONDS)).isTrue();
        Files.createSymbolicLink(repository.resolve("examples/hello/.run/lock"), Path.of(String.valueOf(dead.pid())));
        run();
        assertThat(lines("starts")).hasSize(2);
    }

    @Test
    void failedBuildStartsNothing() throws Exception {
        executable("bin/mvn", """
                #!/bin/sh
                echo 'no such symbol'
                exit 1
                """);
        Process process = start();
        assertThat(process.waitFor(60, SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(process.inputReader(UTF_8).lines()).contains("no such symbol");
        assertThat(lines("starts")).isEmpty();
    }

    private void run(String... flags) throws Exception {
        Process process = start(flags);
        assertThat(process.waitFor(60, SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> process.inputReader(UTF_8).lines().toList().toString()).isZero();
    }

    private Process start(String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of("examples/hello/run"));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command).directory(repository.toFile()).redirectErrorStream(true);
        builder.environment().merge("PATH", "", (path, none) -> repository.resolve("bin") + ":" + path);
        builder.environment().remove("JAVA_HOME");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        Path builds = repository.resolve("examples/hello/.run");
        try (DirectoryStream<Path> found = Files.newDirectoryStream(builds, Files::isDirectory)) {
            found.forEach(folders::add);
        }
        return folders;
    }

    private List<String> lines(String file) throws IOException {
        Path path = repository.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }

    private void executable(String file, String text) throws IOException {
        write(file, text);
        assertThat(repository.resolve(file).toFile().setExecutable(true)).isTrue();
    }

    private void write(String file, String text) throws IOException {
        Path path = repository.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
