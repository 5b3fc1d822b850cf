package io.github.pgpubsub.faults.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pgpubsub.history.kept.KeptEvent.Delivered;
import io.github.pgpubsub.history.kept.KeptEvent.Stage;
import io.github.pgpubsub.history.kept.KeptJudge;
import io.github.pgpubsub.history.kept.KeptNumber;
import io.github.pgpubsub.history.kept.KeptRecord;
import io.github.pgpubsub.history.kept.KeptRecorder;
import io.github.pgpubsub.support.JvmProcess;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Nothing runs when 10,000 messages are inserted by SQL: the application starts later and gets all of them. */
@Tag("long")
class StartLaterIT {

    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int MANY = 10_000;
    private static final KeptGroup GROUP = new KeptGroup("g", "batch", 0, 1, 30_000, 1000, "retry", 0, 1);

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @TempDir
    Path directory;

    /** Plain SQL, one statement: ten keys in turn. Recorded at once, because what is complete is soon removed from the log. */
    private static void insert(int from, int to, KeptRecorder truth) {
        postgres.strings("insert into pgpubsub.message (channel, key, payload) select '" + KeptNode.CHANNEL + "', 'k' || i % 10,"
                + " 'n-' || i || ' k' || i % 10 || ' ' || i / 10 + 1 from generate_series(" + from + ", " + (to - 1)
                + ") i returning payload")
                .forEach(each -> truth.written(Stage.IN_DATABASE, KeptNumber.parse(each)));
    }

    private void run(String name, int expected) {
        try (JvmProcess process = JvmProcess.start(name, KeptNode.class, name, postgres.url(), postgres.user(),
                postgres.password(),
                directory.toString(), GROUP.text())) {
            await().atMost(SOON).until(() -> KeptRecord.read(directory).all(Delivered.class).size() >= 2 * expected);
            process.stop();
            process.awaitExit(Duration.ofSeconds(30));
        }
    }

    @Test
    void theApplicationStartsLaterAndGetsAll() throws Exception {
        try (InputStream file = KeptNode.class.getResourceAsStream("/io/github/pgpubsub/log/pgpubsub-1.sql")) {
            assertThat(file).isNotNull();
            postgres.execute(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
        try (KeptRecorder truth = KeptRecorder.into(directory, "test")) {
            sendAndReceive(truth);
        }
        KeptRecord record = KeptRecord.read(directory);
        assertThat(KeptJudge.judge(record, List.of(GROUP.judged())).violations()).isEmpty();
        assertThat(record.all(Delivered.class)).hasSize(4 * MANY).noneMatch(Delivered::again);
        assertThat(postgres.number("select lag from pgpubsub.groups")).isZero();
    }

    private void sendAndReceive(KeptRecorder truth) throws Exception {
        insert(0, MANY, truth);
        assertThat(postgres.number("select count(*) from pg_stat_activity where application_name like 'node-%'")).isZero();
        run("node-1", MANY);

        // Now the group has a place, and nobody runs.
        insert(MANY, 2 * MANY, truth);
        assertThat(postgres.number("select lag from pgpubsub.groups")).isEqualTo(MANY);
        run("node-2", 2 * MANY);
    }
}
