package io.github.pgpubsub.benchmark.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The CPU time of a server's processes, running and ended, from {@code /proc/<pid>/stat} (proc(5)). */
final class ServerCpu {

    /** {@code sysconf(_SC_CLK_TCK)} is 100 on every Linux platform that the PostgreSQL binaries support. */
    private static final long NANOS_PER_TICK = TimeUnit.SECONDS.toNanos(1) / 100;
    // Index after the program's name, which may contain spaces and ends with a parenthesis.
    private static final int PARENT = 1;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int CHILDREN_USER_TIME = 13;
    private static final int CHILDREN_SYSTEM_TIME = 14;

    private final long postmaster;

    ServerCpu(long postmaster) {
        this.postmaster = postmaster;
    }

    OptionalLong nanos() {
        if (!Files.isReadable(stat(Path.of("/proc", Long.toString(postmaster))))) {
            return OptionalLong.empty();
        }
        try (Stream<Path> files = Files.list(Path.of("/proc"))) {
            return OptionalLong.of(NANOS_PER_TICK * files
                    .filter(file -> Character.isDigit(file.getFileName().toString().charAt(0)))
                    .mapToLong(this::ticks).sum());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long ticks(Path process) {
        try {
            String text = Files.readString(stat(process));
            return ticks(text, Long.parseLong(process.getFileName().toString()));
        } catch (IOException e) {
            // The process has ended meanwhile: its time is now counted in the postmaster's children.
            return 0;
        }
    }

    /** CPU ticks in a line of /proc/<pid>/stat; 0 if the process is not the server's. */
    long ticks(String stat, long pid) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        if (pid == postmaster) {
            return sum(fields, USER_TIME, SYSTEM_TIME, CHILDREN_USER_TIME, CHILDREN_SYSTEM_TIME);
        }
        return Long.parseLong(fields[PARENT]) == postmaster ? sum(fields, USER_TIME, SYSTEM_TIME) : 0;
    }

    private static long sum(String[] fields, int... which) {
        long sum = 0;
        for (int field : which) {
            sum += Long.parseLong(fields[field]);
        }
        return sum;
    }

    private static Path stat(Path process) {
        return process.resolve("stat");
    }
}
