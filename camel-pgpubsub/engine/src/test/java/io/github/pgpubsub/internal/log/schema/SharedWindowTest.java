package io.github.pgpubsub.internal.log.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.internal.log.schema.LogQueries.Statement;
import io.github.pgpubsub.support.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A window ends where another place's window ends. */
class SharedWindowTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    private static final String PLACES = "select concat_ws(' ', no, done, upto, upto_max_id, upto_xid, last_id) from pgpubsub.place order by no";

    @BeforeAll
    static void createLog() throws SQLException {
        KeptLog.create(postgres);
    }

    @BeforeEach
    void reset() {
        KeptLog.reset(postgres);
    }

    private static void write(String... payloads) throws SQLException {
        Writer.commitEach(postgres, payloads);
    }

    /** What became of it: shared, refused, or absent. */
    private static String openUpToThatOf(HandReader other, HandReader reader, UUID owner) throws SQLException {
        return reader.one(Statement.OPEN_TO_SHARED_END, row -> {
            if (row.getBoolean(11) && row.getString(1) != null) {
                reader.upto = row.getString(1);
                reader.uptoMaxId = row.getLong(2);
                reader.uptoXid = row.getString(3);
                reader.lastId = 0;
            }
            return row.getBoolean(11) ? row.getString(1) == null ? "refused" : "shared" : "absent";
        }, other.upto, other.uptoMaxId, other.uptoXid, nos(other, reader), reader.no, reader.epoch, owner.toString(), reader.done,
                reader.doneMaxId, reader.doneXid, reader.no);
    }

    private static String nextUpToThatOf(HandReader other, HandReader reader, UUID owner) throws SQLException {
        return reader.one(Statement.NEXT_TO_SHARED_END, row -> {
            if (row.getBoolean(12)) {
                reader.done = reader.upto;
                reader.doneMaxId = reader.uptoMaxId;
                reader.doneXid = reader.uptoXid;
                reader.upto = row.getString(1);
                reader.uptoMaxId = row.getLong(2);
                reader.uptoXid = row.getString(3);
                reader.lastId = 0;
            }
            return row.getBoolean(11) ? row.getBoolean(12) ? "shared" : "refused" : "absent";
        }, other.upto, other.uptoMaxId, other.uptoXid, nos(other, reader), 0, reader.no, reader.epoch, owner.toString(),
                reader.upto,
                reader.uptoMaxId, reader.uptoXid, reader.no);
    }

    private static Object nos(HandReader other, HandReader reader) throws SQLException {
        return reader.connection.createArrayOf("int8", new Long[] {other.no, reader.no});
    }

    @Test
    void bothHaveTheSameWindowsFromThereOn() throws SQLException {
        try (HandReader one = HandReader.join(postgres, "c", "one", "now");
                HandReader two = HandReader.join(postgres, "c", "two", "now")) {
            write("a");
            assertThat(one.open()).isTrue();
            write("b");
            assertThat(openUpToThatOf(one, two, two.owner)).isEqualTo("shared");
            assertThat(two.pages()).containsExactly("a").isEqualTo(one.pages());
            assertThat(one.next()).isTrue();
            write("c");
            assertThat(nextUpToThatOf(one, two, two.owner)).isEqualTo("shared");
            assertThat(two.done).isEqualTo(one.done);
            assertThat(two.pages()).containsExactly("b").isEqualTo(one.pages());
            assertThat(one.next()).isTrue();
            assertThat(two.next()).isTrue();
            assertThat(two.pages()).containsExactly("c").isEqualTo(one.pages());
        }
    }

    /** The other one has gone on, or the server is another one. */
    @Test
    void anEndThatNoPlaceHasIsNotTaken() throws SQLException {
        try (HandReader one = HandReader.join(postgres, "c", "one", "now");
                HandReader two = HandReader.join(postgres, "c", "two", "now")) {
            write("a");
            assertThat(one.open()).isTrue();
            assertThat(two.open()).isTrue();
            write("b");
            one.finish();
            assertThat(one.open()).isTrue();
            postgres.execute(
                    "update pgpubsub.place set upto_xid = (upto_xid::text::bigint + 1)::text::xid8 where no = " + one.no);
            List<String> before = postgres.strings(PLACES);
            assertThat(nextUpToThatOf(one, two, two.owner)).isEqualTo("absent");
            assertThat(postgres.strings(PLACES)).isEqualTo(before);
            two.finish();
            before = postgres.strings(PLACES);
            assertThat(openUpToThatOf(one, two, two.owner)).isEqualTo("absent");
            assertThat(postgres.strings(PLACES)).isEqualTo(before);
        }
    }

    @Test
    void whoIsDeposedTakesNone() throws SQLException {
        try (HandReader one = HandReader.join(postgres, "c", "one", "now");
                HandReader two = HandReader.join(postgres, "c", "two", "now")) {
            write("a");
            assertThat(one.open()).isTrue();
            UUID former = UUID.randomUUID();
            List<String> before = postgres.strings(PLACES);
            assertThat(openUpToThatOf(one, two, former)).isEqualTo("refused");
            assertThat(postgres.strings(PLACES)).isEqualTo(before);
            assertThat(two.open()).isTrue();
            write("b");
            one.finish();
            assertThat(one.open()).isTrue();
            before = postgres.strings(PLACES);
            assertThat(nextUpToThatOf(one, two, former)).isEqualTo("refused");
            assertThat(postgres.strings(PLACES)).isEqualTo(before);
        }
    }

    /** A beginning must not lie behind the end, whatever the reader believes. */
    @Test
    void anEarlierEndIsNotTaken() throws SQLException {
        try (HandReader one = HandReader.join(postgres, "c", "one", "now");
                HandReader two = HandReader.join(postgres, "c", "two", "now")) {
            write("a");
            assertThat(one.open()).isTrue();
            assertThat(two.open()).isTrue();
            two.finish();
            List<String> before = postgres.strings(PLACES);
            assertThat(openUpToThatOf(one, two, two.owner)).isEqualTo("refused");
            assertThat(postgres.strings(PLACES)).isEqualTo(before);
        }
    }
}
