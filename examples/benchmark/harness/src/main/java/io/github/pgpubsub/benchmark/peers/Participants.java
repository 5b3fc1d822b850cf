package io.github.pgpubsub.benchmark.peers;

import java.nio.file.Path;
import java.util.List;

/** All participants, in the order of the report. */
public final class Participants {

    /** All consumers receive, as with the other peers. */
    public static final String PGPUBSUB = "camel-pgpubsub";
    /** One consumer receives and the others stand by: the component's default. */
    public static final String PGPUBSUB_ONE = "camel-pgpubsub, single listener";
    public static final String PGEVENT = "camel-pgevent";
    public static final String PGJDBC = "pgjdbc loop";
    public static final String PGJDBC_EAGER = "pgjdbc loop, eager socket";
    public static final String PGJDBC_BATCHED = "pgjdbc, 256 to a commit";

    private static final String PACKAGE = "io.github.pgpubsub.benchmark.peers.";

    private final Path home;
    private final List<String> jvm;

    private Participants(Path home, List<String> jvm) {
        this.home = home;
        this.jvm = jvm;
    }

    /**
     * @param home folder of the benchmark
     * @param jvm  JVM flags of the peers in Java
     */
    public static List<Participant> all(Path home, List<String> jvm) {
        return new Participants(home, jvm).all();
    }

    private List<Participant> all() {
        List<String> pgpubsub = List.of("camel-pgpubsub", "camel-api", "postgresql");
        List<String> pgevent = List.of("camel-pgevent", "camel-api", "pgjdbc-ng");
        List<String> pgjdbc = List.of("postgresql");
        List<String> spring = List.of("spring-integration-jdbc", "HikariCP", "postgresql");
        return List.of(
                java(PGPUBSUB, "pgpubsub", "pgpubsub.PgPubSubPeer", "all", pgpubsub, false),
                java(PGPUBSUB_ONE, "pgpubsub", "pgpubsub.PgPubSubPeer", "one", pgpubsub, false),
                java(PGEVENT, "pgevent", "pgevent.PgEventPeer", "", pgevent, false),
                java(PGJDBC, "pgjdbc", "pgjdbc.PgjdbcPeer", "loop", pgjdbc, false),
                java(PGJDBC_EAGER, "pgjdbc", "pgjdbc.PgjdbcPeer", "eager", pgjdbc, false),
                java(PGJDBC_BATCHED, "pgjdbc", "pgjdbc.PgjdbcPeer", "batched", pgjdbc, false),
                java("Spring Integration", "spring-integration", "spring.SpringPeer", "", spring, true),
                java("Vert.x PgSubscriber", "vertx", "vertx.VertxPeer", "", List.of("vertx-pg-client"), false),
                new NodePeer("@imqueue/pg-pubsub", home.resolve("peers/imqueue"), home.resolve("target/imqueue"),
                        "@imqueue/pg-pubsub"));
    }

    private Participant java(String name, String folder, String main, String argument, List<String> artifacts,
            boolean makesItsOwnBacklog) {
        Path lib = home.resolve("peers").resolve(folder).resolve("target/lib");
        return new JavaPeer(name, lib, PACKAGE + main, argument, jvm, artifacts, makesItsOwnBacklog);
    }
}
