package io.github.pgpubsub.support;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * An archive of the classes that a test's applications load from jars (the JVM's class data sharing): with it, a JVM with Camel starts with a
 * third less CPU time. The first application records which classes it loads. When it has ended, the archive is made in the background; who
 * starts before it is there starts without. Any thread and any process may use it.
 */
final class SharedClasses {

    /** An archive that is not made within this time is not waited for. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Path archive;
    private final Path claim;
    private final Path classes;
    private final String jars;
    private final String classPath;

    /**
     * @param folder    where the archive is kept
     * @param classPath as given to a JVM
     */
    SharedClasses(Path folder, String classPath) {
        // The JVM takes an archive only if its jars come first, in the same order and unchanged.
        this.jars = entries(classPath, entry -> entry.endsWith(".jar"));
        this.classPath = jars + File.pathSeparator + entries(classPath, entry -> !entry.endsWith(".jar"));
        String name = Integer.toHexString(version(jars).hashCode());
        this.archive = folder.resolve(name + ".jsa");
        this.claim = folder.resolve(name + ".claimed");
        this.classes = folder.resolve(name + "-" + ProcessHandle.current().pid() + ".classes");
    }

    private static String entries(String classPath, Predicate<String> wanted) {
        return Arrays.stream(classPath.split(File.pathSeparator)).filter(wanted).collect(Collectors.joining(File.pathSeparator));
    }

    private static String version(String jars) {
        return System.getProperty("java.vm.version") + Arrays.stream(jars.split(File.pathSeparator)).map(File::new)
                .map(jar -> jar + " " + jar.length() + " " + jar.lastModified()).collect(Collectors.joining("\n"));
    }

    /** The class path, in an order that fits the archive. */
    String classPath() {
        return classPath;
    }

    boolean isThere() {
        return Files.exists(archive);
    }

    /**
     * Whether the caller's application is the one that records, with {@link #record}; after its end, the caller makes the archive. True
     * once, and again later on, if the caller has ended before there was an archive.
     */
    boolean begin() throws IOException {
        try {
            Files.createDirectories(claim.getParent());
            if (Files.exists(claim)
                    && Files.getLastModifiedTime(claim).toInstant().isBefore(Instant.now().minus(LONG.multipliedBy(10)))) {
                Files.deleteIfExists(claim);
            }
            Files.createFile(claim);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Options of a JVM that uses the archive. */
    List<String> use() {
        return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off");
    }

    /** Options of the JVM that records. */
    List<String> record() {
        return List.of("-XX:DumpLoadedClassList=" + classes);
    }

    /** As {@link #make}, while the tests go on; the end of this JVM waits for it. */
    void makeInBackground() {
        Thread thread = new Thread(() -> {
            try {
                make();
            } catch (IOException | InterruptedException e) {
                // Applications start without it.
                System.err.println("No archive of shared classes: " + e);
            }
        }, "shared classes");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "await shared classes"));
        thread.setDaemon(true);
        thread.start();
    }

    /** Makes the archive of what was recorded. Blocks for some seconds. */
    void make() throws IOException, InterruptedException {
        Path unfinished = Files.createTempFile(archive.getParent(), "unfinished-", ".jsa");
        // The JVM wants to create the file itself.
        Files.delete(unfinished);
        Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:dump",
                "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + unfinished, "-cp", jars)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        if (jvm.waitFor(LONG.toSeconds(), TimeUnit.SECONDS) && jvm.exitValue() == 0) {
            Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
        } else {
            jvm.destroyForcibly().waitFor();
            Files.deleteIfExists(unfinished);
        }
    }
}
