package io.github.pgpubsub.benchmark.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A peer in Java, with a class path that Maven has collected.
 *
 * @param lib       folder of the peer's jars
 * @param main      main class
 * @param argument  argument of the main class
 * @param jvm       JVM flags
 * @param artifacts artifact ids, found in {@code lib}, whose versions the report shows
 */
record JavaPeer(String name, Path lib, String main, String argument, List<String> jvm, List<String> artifacts,
        boolean makesItsOwnBacklog, Family family)
        implements
            Participant {

    @Override
    public List<String> command() throws PeerException {
        if (!Files.isDirectory(lib)) {
            throw PeerException.unable("it is not built; the profile more-peers builds it");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", lib.resolve("*").toString(), main, argument));
        return command;
    }

    @Override
    public String versions() throws IOException {
        List<String> jars;
        try (Stream<Path> files = Files.list(lib)) {
            jars = files.map(file -> file.getFileName().toString()).toList();
        }
        return artifacts.stream().map(artifact -> version(artifact, jars)).flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    /** Matches artifact-1.2.3.jar, but not artifact-more-1.2.3.jar. */
    private static Optional<String> version(String artifact, List<String> jars) {
        return jars.stream().filter(jar -> jar.matches(artifact + "-\\d.*\\.jar"))
                .map(jar -> artifact + " " + jar.substring(artifact.length() + 1, jar.length() - ".jar".length())).findFirst();
    }
}
