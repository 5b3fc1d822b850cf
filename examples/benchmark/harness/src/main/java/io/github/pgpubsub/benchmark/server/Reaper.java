package io.github.pgpubsub.benchmark.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/**
 * A shell that ends the server and removes its files when this process ends, even by a kill: it waits for the end of a pipe from
 * this process, which the kernel closes. It ignores signals that a terminal sends to the whole process group, such as Ctrl-C,
 * because the server must be ended then, too.
 */
record Reaper(Process shell) {

    private static final String SCRIPT = """
            trap '' HUP INT TERM
            cat > /dev/null
            if pid=$(head -n 1 "$0/data/postmaster.pid"); then
                kill -QUIT "$pid"
                while kill -0 "$pid"; do sleep 0.1; done
            fi
            rm -rf "$0"
            """;

    static Reaper watch(Path folder) throws IOException {
        return new Reaper(new ProcessBuilder("sh", "-c", SCRIPT, folder.toString())
                .redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start());
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
