package io.github.pgpubsub.benchmark.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A peer in JavaScript. npm installs its packages at run time, if Node.js is installed.
 *
 * @param source  folder of package.json and peer.mjs
 * @param program folder of what all peers in JavaScript share
 * @param target  folder for the installation
 * @param library package whose version the report shows
 */
record NodePeer(String name, Path source, Path program, Path target, String library, boolean makesItsOwnBacklog, Family family)
        implements
            Participant {

    private static final long INSTALL_SECONDS = 180;

    @Override
    public List<String> command() throws PeerException, IOException, InterruptedException {
        for (String program : List.of("node", "npm")) {
            if (run(target.getParent(), List.of(program, "--version"), 30) != 0) {
                throw PeerException.unable("%s is not on the PATH".formatted(program));
            }
        }
        boolean installed = Files.exists(target.resolve("node_modules").resolve(library));
        Files.createDirectories(target);
        for (String file : List.of("package.json", "peer.mjs")) {
            Files.copy(source.resolve(file), target.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.copy(program, target.resolve(program.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        if (!installed && run(target, List.of("npm", "install", "--no-audit", "--no-fund"), INSTALL_SECONDS) != 0) {
            throw PeerException.failed("npm could not install %s; see %s".formatted(library, log(target).getFileName()), null);
        }
        return List.of("node", "--expose-gc", target.resolve("peer.mjs").toString());
    }

    private static int run(Path folder, List<String> command, long seconds) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log(folder).toFile())).start();
        } catch (IOException e) {
            return -1;
        }
        process.getOutputStream().close();
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }

    private static Path log(Path folder) {
        return folder.resolve("npm.log");
    }

    @Override
    public String versions() throws IOException {
        JsonNode installed = new ObjectMapper()
                .readTree(target.resolve("node_modules").resolve(library).resolve("package.json").toFile());
        return library + " " + installed.get("version").asText();
    }
}
