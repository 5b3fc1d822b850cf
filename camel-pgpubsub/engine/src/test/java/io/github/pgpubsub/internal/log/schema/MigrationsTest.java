package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.log.schema.LogSchema.Use;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The file of the jar, as it is, makes the log with the tools that people use, in front of their own migrations. */
@Tag("long")
class MigrationsTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path directory;

    @BeforeEach
    void dropAll() throws IOException {
        postgres.execute("drop schema if exists pgpubsub cascade; drop schema public cascade; create schema public");
        try (InputStream file = LogSchema.class.getResourceAsStream("/io/github/pgpubsub/log/pgpubsub-1.sql")) {
            assertThat(file).isNotNull();
            Files.write(directory.resolve("V1__pgpubsub.sql"), file.readAllBytes());
        }
        // A later migration of the user's, whose names go to its own schema.
        Files.writeString(directory.resolve("V2__orders.sql"), "create table orders (id int);"
                + " insert into pgpubsub.message (channel, payload) values ('orders', 'from a migration');");
    }

    private static void assertThatTheLogWorks() throws Exception {
        assertThat(postgres.strings("select to_regclass('public.orders')")).containsExactly("orders");
        try (Connection connection = postgres.connect()) {
            // No DDL: whoever owns nothing may ask.
            connection.setReadOnly(true);
            new LogSchema("pgpubsub").prepare(connection, false, Use.RECEIVE);
        }
        try (HandReader reader = HandReader.join(postgres, "orders", "g", "earliest")) {
            assertThat(reader.read()).containsExactly("from a migration");
        }
        assertThat(postgres.strings("select proname from pg_proc where pronamespace = 'pgpubsub'::regnamespace"
                + " and has_function_privilege('public', oid, 'execute')")).isEmpty();
    }

    @Test
    void byFlyway() throws Exception {
        Flyway flyway = Flyway.configure().dataSource(postgres.url(), postgres.user(), postgres.password())
                .locations("filesystem:" + directory).load();
        assertThat(flyway.migrate().migrationsExecuted).isEqualTo(2);
        assertThat(flyway.migrate().migrationsExecuted).isZero();
        assertThatTheLogWorks();
    }

    /** A log that a process has made already, and messages are in it. */
    @Test
    void byFlywayOverALogThatIsThere() throws Exception {
        KeptLog.create(postgres);
        postgres.execute("insert into pgpubsub.message (channel, payload) values ('other', 'before')");
        byFlyway();
        assertThat(postgres.strings("select payload from pgpubsub.message order by id")).containsExactly("before",
                "from a migration");
    }

    @Test
    void byLiquibase() throws Exception {
        Files.writeString(directory.resolve("changelog.xml"), """
                <databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog"
                    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                    xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog
                        http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">
                  <changeSet id="pgpubsub-1" author="me">
                    <sqlFile path="V1__pgpubsub.sql" splitStatements="false"/>
                  </changeSet>
                  <changeSet id="orders" author="me">
                    <sqlFile path="V2__orders.sql"/>
                  </changeSet>
                </databaseChangeLog>
                """);
        for (int i = 0; i < 2; i++) {
            try (Connection connection = postgres.connect();
                    Liquibase liquibase = new Liquibase("changelog.xml", new DirectoryResourceAccessor(directory),
                            DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection)))) {
                liquibase.update("");
            }
        }
        assertThat(postgres.strings("select id from databasechangelog order by orderexecuted")).isEqualTo(
                List.of("pgpubsub-1", "orders"));
        assertThatTheLogWorks();
    }
}
