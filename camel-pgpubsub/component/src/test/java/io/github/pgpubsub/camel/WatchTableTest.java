package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A consumer with watchTable gets a table's changes, on a kept channel and on a plain one. */
class WatchTableTest {

    /** One test stops it. */
    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final Inbox inbox = new Inbox();

    private static String operation(Object body) {
        return ((Map<?, ?>) body).get("op") + " " + ((Map<?, ?>) body).get("after");
    }

    @Test
    void changesOfATableAreKept() throws Exception {
        postgres.execute("create schema sales; create table sales.\"Order Lines\" (id int primary key, text text)");
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.receive(
                    "pgpubsub:lines?durable=true&payloadFormat=json&watchTable=sales.\"Order Lines\"&watchOperations=insert,update",
                    inbox)
                    .start();
            postgres.execute("insert into sales.\"Order Lines\" values (1, 'a')");
            inbox.awaitSize(1);
        }
        // The triggers stay, and so do the changes.
        postgres.execute(
                "update sales.\"Order Lines\" set text = 'b'; delete from sales.\"Order Lines\"; insert into sales.\"Order Lines\" values (2, 'c')");
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.receive(
                    "pgpubsub:lines?durable=true&payloadFormat=json&watchTable=sales.\"Order Lines\"&watchOperations=insert,update",
                    inbox)
                    .start();
            inbox.awaitSize(3);
        }
        assertThat(inbox.bodies()).extracting(WatchTableTest::operation).containsExactly("c {\"id\":1,\"text\":\"a\"}",
                "u {\"id\":1,\"text\":\"b\"}",
                "c {\"id\":2,\"text\":\"c\"}");
        assertThat(inbox.messages()).extracting(message -> message.getHeader(PgPubSubConstants.KEY)).containsExactly("1", "1",
                "2");
    }

    @Test
    void aPlainChannelGetsTheKeys() throws Exception {
        postgres.execute("create table items (id int primary key)");
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.receive("pgpubsub:items?watchTable=items&logSchema=other", inbox).start();
            postgres.execute("insert into items values (1), (2)");
            inbox.awaitBodies("{\"op\":\"c\",\"keys\":[1,2],\"source\":{\"schema\":\"public\",\"table\":\"items\"}}");
        }
        assertThat(postgres.number("select count(*) from other.message")).isZero();
    }

    /** The consumer starts, and has the table watched as soon as there is a server. */
    @Test
    void aServerThatIsNotThereYet() throws Exception {
        postgres.execute("create table late (id int primary key)");
        postgres.server().stop();
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.receive("pgpubsub:late?durable=true&watchTable=late&reconnectMaxDelay=200ms", inbox).start();
            postgres.server().startAgain();
            Inbox.await(() -> assertThat(postgres.number("select count(*) from pg_trigger where tgrelid = 'late'::regclass"))
                    .isEqualTo(4));
            Inbox.await(() -> assertThat(postgres.number("select count(*) from pgpubsub.groups where channel = 'late'"))
                    .isEqualTo(1));
            postgres.execute("insert into late values (1)");
            inbox.awaitSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "watchTable=nowhere                               | The option watchTable is nowhere: ERROR: relation \"nowhere\" does not exist",
        "durable=true&watchTable=nowhere                  | The option watchTable is nowhere: ERROR: relation \"nowhere\" does not exist",
        "durable=true&watchTable=pg_class                 | belongs to the system",
        "watchTable=pg_class&watchOperations=insert,merge | The option watchOperations is insert,merge; it must be some of insert, update, delete",
        "watchTable=pg_class&watchOperations=insert,      | The option watchOperations is insert,; it must be some of",
        "watchOperations=insert                           | The option watchOperations needs watchTable",
        "watchTable=pg_class&createLog=false&logSchema=no | There is no log of kept messages in schema",
        "watchTable=pg_class&ackMode=manual               | The option ackMode needs durable=true",
    })
    void isRefused(String options, String text) throws Exception {
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            assertThatThrownBy(() -> camel.receive("pgpubsub:a?" + options, inbox).start())
                    .satisfies(e -> assertThat(
                            Stream.iterate(e, each -> each != null, Throwable::getCause).map(Throwable::getMessage))
                            .anyMatch(message -> message.contains(text)));
        }
    }

    @Test
    void aRoleThatDoesNotOwnItIsToldWhatTheOwnerCalls() throws Exception {
        postgres.createRole("reader", "secret");
        postgres.execute("create table owned (id int primary key)");
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            // Makes the log.
            camel.receive("pgpubsub:owned?durable=true", new Inbox()).start();
        }
        postgres.execute("grant usage on schema pgpubsub to reader; grant select on all tables in schema pgpubsub to reader;"
                + " grant execute on all functions in schema pgpubsub to reader; grant all on all sequences in schema pgpubsub to reader;"
                + " grant update on pgpubsub.subscriber, pgpubsub.place to reader; grant insert, update on pgpubsub.seen, pgpubsub.parked to reader");
        String uri = "pgpubsub:owned?durable=true&watchTable=owned&user=reader&password=secret&payloadFormat=json";
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            assertThatThrownBy(() -> camel.receive(uri, inbox).start()).hasStackTraceContaining(
                    "calls: select pgpubsub.watch('public.owned', 'owned', '{delete,insert,truncate,update}', 't');");
        }
        postgres.execute("select pgpubsub.watch('public.owned', 'owned')");
        try (CamelWithPostgres camel = new CamelWithPostgres(postgres)) {
            camel.receive(uri, inbox).start();
            postgres.execute("insert into owned values (1)");
            inbox.awaitSize(1);
        }
    }
}
