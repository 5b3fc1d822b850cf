package io.github.pgpubsub.internal.log.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the log where it is absent, brings an older one up to date, and refuses what can't work.
 *
 * <p>A start that finds the log as it should be runs three queries and no DDL: DDL takes locks that stop all writers, and roles that may
 * do it are rare. Immutable; any thread may call {@link #prepare}, with a connection of its own.
 */
public final class LogSchema {

    /** What a process wants to do with the log, and the rights that this takes. */
    public enum Use {

        SEND("send kept messages"), RECEIVE("receive kept messages"),
        /** Of payloads that are too long for a notification. */
        STORE("store payloads"), FETCH("fetch stored payloads"), WATCH("watch tables");

        private final String verb;

        Use(String verb) {
            this.verb = verb;
        }
    }

    /** The folder of the files, for messages and for {@code Class.getResource}. */
    public static final String FOLDER = "io/github/pgpubsub/log/";

    private static final Logger LOG = LoggerFactory.getLogger(LogSchema.class);

    private static final int OLDEST_SERVER = 130_000;

    /** How long installing waits for a lock: for a table in use, or for another process that installs. */
    private static final String LOCK_TIMEOUT = "10s";

    /** Of the catalog alone, which any role may read. */
    private static final String LOOK = """
            select pg_catalog.current_setting('server_version_num')::pg_catalog.int4, pg_catalog.current_database(), current_user,
                here.oid is not null,
                coalesce(pg_catalog.has_schema_privilege(here.oid, 'USAGE'), false),
                coalesce(pg_catalog.has_schema_privilege(here.oid, 'CREATE'), false),
                pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
                version.oid is not null,
                coalesce(pg_catalog.has_table_privilege(version.oid, 'SELECT'), false),
                coalesce(pg_catalog.pg_has_role(version.relowner, 'USAGE'), false)
            from (select ?::pg_catalog.name as name) wanted
            left join pg_catalog.pg_namespace here on here.nspname operator(pg_catalog.=) wanted.name
            left join pg_catalog.pg_class version on version.relnamespace operator(pg_catalog.=) here.oid
                and version.relname operator(pg_catalog.=) 'version'""";

    private static final String VERSION = """
            select number, system_id operator(pg_catalog.=) (select system_identifier from pg_catalog.pg_control_system())
            from ${log}.version""";

    private static final String LOCK = """
            select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('pgpubsub/install/' operator(pg_catalog.||) ?, 0))""";

    private final SchemaName schema;
    private final LogRights rights;
    private final String folder;
    private final int newest;

    /**
     * @param schema the schema's name, taken exactly (option {@code logSchema}, default {@code pgpubsub})
     * @throws IllegalArgumentException when no schema can be called so
     */
    public LogSchema(String schema) {
        this(schema, FOLDER, 1);
    }

    /** With versions from 1 to the newest, each a file of this folder. */
    LogSchema(String schema, String folder, int newest) {
        this.schema = new SchemaName(schema);
        this.rights = new LogRights(this.schema);
        this.folder = folder;
        this.newest = newest;
    }

    /** What the catalog says. */
    private record Found(int server, String database, String role, boolean schema, boolean usage, boolean createInSchema,
            boolean createSchema, boolean log, boolean readable, boolean owner) {}

    /** The log's own row. */
    private record Version(int number, boolean thisCluster) {}

    /**
     * Sees to it that the log can be used. Leaves the connection as it was, autocommit included.
     *
     * @param connection outside of any transaction
     * @param create     whether to make or update the log where it is absent or old (option {@code createLog})
     * @throws LogSchemaException when the log is absent, old, newer than this version knows, another cluster's, or rights are missing
     * @throws SQLException       when the connection fails, or a lock is not to be had within 10 s
     */
    public void prepare(Connection connection, boolean create, Use use) throws SQLException {
        Found found = look(connection);
        Version version = readVersion(connection, found);
        if (version == null || version.number < newest) {
            int from = version == null ? 0 : version.number;
            refuseUnlessAllowed(found, from, create);
            install(connection);
            version = readVersion(connection, look(connection));
        }
        if (version == null || version.number > newest) {
            throw new LogSchemaException("The log in " + where(found) + " has version " + (version == null ? "?" : version.number)
                    + ", and this release knows versions up to " + newest + ". Use a newer release here too");
        }
        if (!version.thisCluster) {
            throw new LogSchemaException(
                    "The log in " + where(found) + " was written by another database cluster, so its transaction ids"
                            + " mean nothing here. After a restore of a dump its owner calls: select " + schema.identifier()
                            + ".rebase(); and after pg_upgrade: select " + schema.identifier() + ".rebase(keep => true);");
        }
        refuseWithout(connection, found, use);
    }

    private Found look(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setString(1, schema.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Found found = new Found(row.getInt(1), row.getString(2), row.getString(3), row.getBoolean(4), row.getBoolean(5),
                        row.getBoolean(6), row.getBoolean(7), row.getBoolean(8), row.getBoolean(9), row.getBoolean(10));
                if (found.server < OLDEST_SERVER) {
                    throw new LogSchemaException(
                            "Kept messages need PostgreSQL 13 or later, and this server is " + found.server / 10_000);
                }
                return found;
            }
        }
    }

    /** Null: there is no log, or one that is half made. */
    private @Nullable Version readVersion(Connection connection, Found found) throws SQLException {
        if (!found.log) {
            return null;
        }
        if (!found.usage || !found.readable) {
            throw new LogSchemaException(
                    "The role " + found.role + " may not use the log in " + where(found) + ". Its owner calls: grant"
                            + " usage on schema " + schema.identifier() + " to " + quoted(found.role) + "; grant select on "
                            + schema.identifier() + ".version to " + quoted(found.role) + ";");
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(VERSION.replace("${log}", schema.identifier()))) {
            return row.next() ? new Version(row.getInt(1), row.getBoolean(2)) : null;
        }
    }

    private void refuseUnlessAllowed(Found found, int from, boolean create) {
        boolean may = found.log ? found.owner : found.schema ? found.createInSchema && found.usage : found.createSchema;
        if (create && may) {
            return;
        }
        String files = String.join(" ", files(from));
        String what = found.log && from > 0
                ? "The log in " + where(found) + " has version " + from + ", and this release needs " + newest
                : "There is no log of kept messages in " + where(found);
        String why = create ? "the role " + found.role + " may not make it" : "createLog=false";
        String help = "Run with psql, Flyway or Liquibase the file " + files + " of the engine's jar"
                + (schema.name().equals("pgpubsub") ? "" : ", with " + schema.identifier() + " for pgpubsub as the schema");
        String grant = found.schema ? "grant usage, create on schema " + schema.identifier() + " to " + quoted(found.role) + ";"
                : "grant create on database " + quoted(found.database) + " to " + quoted(found.role) + ";";
        throw new LogSchemaException(what + " (" + why + "). " + help
                + (create && !found.log ? ", or let an administrator call: " + grant : ""));
    }

    /** One process installs and the others wait for it; then each looks again. */
    private void install(Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement(); PreparedStatement lock = connection.prepareStatement(LOCK)) {
            statement.setEscapeProcessing(false);
            statement.execute("set local lock_timeout = '" + LOCK_TIMEOUT + "'; set local standard_conforming_strings = on");
            lock.setString(1, schema.name());
            lock.execute();
            Version version = readVersion(connection, look(connection));
            int from = version == null ? 0 : version.number;
            for (String file : files(from)) {
                LOG.info("Kept messages: {} is run in schema {}", file, schema.identifier());
                statement.execute(schema.inFile(text(file)));
            }
            connection.commit();
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(connection, e);
            throw e;
        }
        connection.setAutoCommit(autoCommit);
    }

    private static void rollBack(Connection connection, Throwable failure) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private List<String> files(int from) {
        List<String> files = new ArrayList<>();
        for (int version = from + 1; version <= newest; version++) {
            files.add(folder + "pgpubsub-" + version + ".sql");
        }
        return files;
    }

    private static String text(String file) {
        try (InputStream in = LogSchema.class.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new IllegalStateException("The jar has no " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refuseWithout(Connection connection, Found found, Use use) throws SQLException {
        List<String> missing = rights.missing(connection, use);
        if (!missing.isEmpty()) {
            throw new LogSchemaException("The role " + found.role + " may not " + use.verb + " in " + where(found)
                    + ". The log's owner calls: " + missing.stream()
                            .map(grant -> grant + " to " + quoted(found.role) + ";").collect(Collectors.joining(" ")));
        }
    }

    private String where(Found found) {
        return "schema " + schema.identifier() + " of database " + found.database;
    }

    private static String quoted(String identifier) {
        return new SchemaName(identifier).identifier();
    }
}
