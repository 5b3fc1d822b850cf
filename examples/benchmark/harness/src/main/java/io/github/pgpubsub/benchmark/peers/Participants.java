package io.github.pgpubsub.benchmark.peers;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** All participants, in the order of the report. */
public final class Participants {

    /** All consumers receive, as with the other peers. */
    public static final String PGPUBSUB = "camel-pgpubsub";
    /** One consumer receives and the others stand by: the component's default. */
    public static final String PGPUBSUB_ONE = "camel-pgpubsub, single listener";
    public static final String PGEVENT = "camel-pgevent";
    public static final String PGJDBC = "pgjdbc loop";
    public static final String PGJDBC_EAGER = "pgjdbc loop, eager socket";
    /** The limit for single listeners: those of this component listen to so many channels for the members of their groups. */
    public static final String PGJDBC_MORE = "pgjdbc loop, 128 more channels";
    public static final String PGJDBC_BATCHED = "pgjdbc, 256 to a commit";
    /** The limit for a component of Camel: its template and its routes with nothing but the driver's loop between. */
    public static final String CAMEL_BY_HAND = "pgjdbc loop, eager socket, in Camel by hand";
    public static final String SPRING = "Spring Integration";
    public static final String VERTX = "Vert.x PgSubscriber";
    public static final String IMQUEUE = "@imqueue/pg-pubsub";

    public static final String ROUTE = "a route from camel-pgpubsub";
    public static final String ROUTE_ONE = "a route from camel-pgpubsub, single listener";
    public static final String ROUTE_MANAGED = "a route from camel-pgpubsub, with camel-management";
    /** Camel's own cost of an exchange, and nothing else. */
    public static final String EMPTY_ROUTE = "an empty route fed by a loop in memory";
    public static final String EMPTY_ROUTE_MANAGED = "an empty route fed by a loop in memory, with camel-management";
    /** The driver's loop on one thread, the route on another. */
    public static final String LOOP_ROUTE = "an empty route fed by the pgjdbc loop";
    /** The same, but each message can still be taken back until its exchange begins, as a single listener needs it. */
    public static final String EACH_ROUTE = "an empty route fed by the pgjdbc loop, message by message";

    public static final String MANY = "many routes from camel-pgpubsub";
    public static final String MANY_ONE = "many routes from camel-pgpubsub, single listener";
    /** Routes that listen to nothing. */
    public static final String MANY_EMPTY = "many empty routes, Camel alone";
    public static final String MANY_LOOP = "many channels of the pgjdbc loop, no routes";

    /** Kept messages, with all defaults. */
    public static final String KEPT = "camel-pgpubsub, durable";
    /** The limit: as many rows to a commit as the component sends at most at once. */
    public static final String WINDOWS = "plain JDBC, windows, 512 to a commit";
    public static final String WINDOWS_LARGE = "plain JDBC, windows, 2,000 to a commit";
    /** The limit for latency. */
    public static final String BY_HAND = "plain JDBC, a wake-up and one query";
    public static final String CAMEL_SQL = "camel-sql, outbox";
    public static final String SPRING_JDBC = "Spring Integration, JDBC channel";
    public static final String DEBEZIUM = "Debezium embedded, outbox";
    /** Those of the JVM that send and receive. Rows for Debezium are written by plain JDBC, which is the limit for all. */
    public static final List<String> KEPT_JVM_PEERS = List.of(CAMEL_SQL, SPRING_JDBC);

    public static final String SINGLE = "an exchange for each message";
    public static final String BATCHED = "batches of 100";
    public static final String KEPT_SINGLE = "durable, an exchange for each message";
    public static final String KEPT_BATCHED = "durable, batches of 100";

    public static final String ONE_MEMBER = "1 member";
    public static final String FOUR_MEMBERS = "4 members";

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
        List<String> managed = Stream.concat(pgpubsub.stream(), Stream.of("camel-management")).toList();
        List<String> pgevent = List.of("camel-pgevent", "camel-api", "pgjdbc-ng");
        List<String> pgjdbc = List.of("postgresql");
        List<String> spring = List.of("spring-integration-jdbc", "HikariCP", "postgresql");
        return List.of(
                java(PGPUBSUB, "pgpubsub", "pgpubsub.PgPubSubPeer", "all", pgpubsub, false),
                java(PGPUBSUB_ONE, "pgpubsub", "pgpubsub.PgPubSubPeer", "one", pgpubsub, false),
                java(PGEVENT, "pgevent", "pgevent.PgEventPeer", "", pgevent, false),
                java(PGJDBC, "pgjdbc", "pgjdbc.PgjdbcPeer", "loop", pgjdbc, false),
                java(PGJDBC_EAGER, "pgjdbc", "pgjdbc.PgjdbcPeer", "eager", pgjdbc, false),
                java(PGJDBC_MORE, "pgjdbc", "pgjdbc.PgjdbcPeer", "more", pgjdbc, false),
                java(PGJDBC_BATCHED, "pgjdbc", "pgjdbc.PgjdbcPeer", "batched", pgjdbc, false),
                java(CAMEL_BY_HAND, "route", "route.RoutePeer", "loop", List.of("camel-api", "postgresql"), false),
                java(SPRING, "spring-integration", "spring.SpringPeer", "", spring, true),
                java(VERTX, "vertx", "vertx.VertxPeer", "", List.of("vertx-pg-client"), false),
                node(IMQUEUE, "imqueue", "@imqueue/pg-pubsub", Family.NOTIFICATIONS),
                route(ROUTE, "pgpubsub", "pgpubsub.PgPubSubPeer", "all", pgpubsub),
                route(ROUTE_ONE, "pgpubsub", "pgpubsub.PgPubSubPeer", "one", pgpubsub),
                route(ROUTE_MANAGED, "pgpubsub-managed", "pgpubsub.PgPubSubPeer", "all", managed),
                route(LOOP_ROUTE, "route", "route.RoutePeer", "loop", List.of("camel-api", "postgresql")),
                route(EACH_ROUTE, "route", "route.RoutePeer", "each", List.of("camel-api", "postgresql")),
                route(EMPTY_ROUTE, "route", "route.RoutePeer", "alone", List.of("camel-api")),
                route(EMPTY_ROUTE_MANAGED, "pgpubsub-managed", "route.RoutePeer", "alone",
                        List.of("camel-api", "camel-management")),
                many(MANY, "pgpubsub", "pgpubsub.PgPubSubPeer", "all", pgpubsub),
                many(MANY_ONE, "pgpubsub", "pgpubsub.PgPubSubPeer", "one", pgpubsub),
                many(MANY_EMPTY, "route", "route.RoutePeer", "alone", List.of("camel-api")),
                many(MANY_LOOP, "pgjdbc", "pgjdbc.PgjdbcPeer", "eager", pgjdbc),
                kept(KEPT, "pgpubsub", "pgpubsub.PgPubSubPeer", "kept", pgpubsub),
                kept(WINDOWS, "pgjdbc", "pgjdbc.PgjdbcPeer", "windows-512", pgjdbc),
                kept(WINDOWS_LARGE, "pgjdbc", "pgjdbc.PgjdbcPeer", "windows-2000", pgjdbc),
                kept(BY_HAND, "pgjdbc", "pgjdbc.PgjdbcPeer", "woken", pgjdbc),
                kept(CAMEL_SQL, "camel-sql", "camelsql.CamelSqlPeer", "", List.of("camel-sql", "HikariCP", "postgresql")),
                kept(SPRING_JDBC, "spring-integration", "spring.SpringJdbcPeer", "", spring),
                kept(DEBEZIUM, "debezium", "debezium.DebeziumPeer", "", List.of("debezium-connector-postgres", "postgresql")),
                node("pg-boss", "pg-boss", "pg-boss", Family.KEPT),
                node("graphile-worker", "graphile-worker", "graphile-worker", Family.KEPT),
                own(SINGLE, "all", Family.BATCHES),
                own(BATCHED, "all-batches", Family.BATCHES),
                own(KEPT_SINGLE, "kept", Family.BATCHES),
                own(KEPT_BATCHED, "kept-batches", Family.BATCHES),
                own("1 shard", "kept-shards-1", Family.SHARDS),
                own("2 shards", "kept-shards-2", Family.SHARDS),
                own("4 shards", "kept-shards-4", Family.SHARDS),
                own("8 shards", "kept-shards-8", Family.SHARDS),
                own(ONE_MEMBER, "kept-members-1", Family.MEMBERS),
                own("2 members", "kept-members-2", Family.MEMBERS),
                own(FOUR_MEMBERS, "kept-members-4", Family.MEMBERS));
    }

    private Participant route(String name, String folder, String main, String argument, List<String> artifacts) {
        boolean inMemory = argument.equals("alone");
        return new JavaPeer(name, lib(folder), PACKAGE + main, argument, jvm, artifacts, inMemory, Family.ROUTES);
    }

    private Participant many(String name, String folder, String main, String argument, List<String> artifacts) {
        return new JavaPeer(name, lib(folder), PACKAGE + main, argument, jvm, artifacts, false, Family.MANY);
    }

    /** Each has a table of its own, so only it knows how to make a backlog. */
    private Participant kept(String name, String folder, String main, String argument, List<String> artifacts) {
        return new JavaPeer(name, lib(folder), PACKAGE + main, argument, jvm, artifacts, true, Family.KEPT);
    }

    private Participant own(String name, String argument, Family family) {
        return new JavaPeer(name, lib("pgpubsub"), PACKAGE + "pgpubsub.PgPubSubPeer", argument, jvm, List.of("camel-pgpubsub"),
                argument.startsWith("kept"), family);
    }

    private Participant node(String name, String folder, String library, Family family) {
        return new NodePeer(name, home.resolve("peers").resolve(folder), home.resolve("peers/node/program.mjs"),
                home.resolve("target").resolve(folder), library, family == Family.KEPT, family);
    }

    private Participant java(String name, String folder, String main, String argument, List<String> artifacts,
            boolean makesItsOwnBacklog) {
        return new JavaPeer(name, lib(folder), PACKAGE + main, argument, jvm, artifacts, makesItsOwnBacklog,
                Family.NOTIFICATIONS);
    }

    private Path lib(String folder) {
        return home.resolve("peers").resolve(folder).resolve("target/lib");
    }
}
