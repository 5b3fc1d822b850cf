package io.github.pgpubsub.history.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.history.kept.KeptJudge.Group;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge finds each violation that is planted, and nothing in what is allowed. */
class KeptJudgeTest {

    private static final String SENT = """
            1 w sending m1 k 1
            2 w committed m1 k 1
            3 w sending m2 k 2
            4 w committed m2 k 2
            5 w sending m3 k 2
            6 w rolled_back m3 k 2
            7 w sending m4 k 3
            8 w unknown m4 k 3
            900 test in_database m1 k 1
            900 test in_database m2 k 2
            900 test in_database m4 k 3
            """;

    private static String verdict(String... received) {
        return verdict(new Group("g", false), received);
    }

    private static String verdict(Group group, String... received) {
        Verdict verdict = KeptJudge.judge(KeptRecord.of(SENT + String.join("\n", received)), List.of(group));
        return String.join(", ", verdict.counts().keySet());
    }

    private static String whole(String process, int at, String mark, long epoch, String message) {
        return at + " " + process + " begin g " + mark + " " + epoch + " " + message + "\n" + (at + 1) + " " + process + " end g "
                + mark + " " + epoch + " " + message;
    }

    private static final String ONE = whole("a", 10, "new", 5, "m1 k 1");
    private static final String TWO = whole("a", 20, "new", 5, "m2 k 2");
    private static final String THREE = whole("a", 30, "new", 5, "m4 k 3");

    @Test
    void eachOnceInOrderIsRight() {
        assertThat(verdict(ONE, TWO, THREE)).isEmpty();
    }

    @Test
    void whatTheWriterDoesNotKnowTheDatabaseDecides() {
        assertThat(verdict(ONE, TWO)).isEqualTo("NOTHING_LOST");
    }

    @Test
    void whatDoesNotComeIsLost() {
        assertThat(verdict(ONE, THREE)).isEqualTo("NOTHING_LOST, IN_ORDER");
        assertThat(verdict(new Group("g", 4, false, 1), ONE, THREE)).isEqualTo("NOTHING_LOST");
    }

    @Test
    void whatIsBegunMustBeCompleted() {
        assertThat(verdict(ONE, TWO, "30 a begin g new 5 m4 k 3")).isEqualTo("NOTHING_UNFINISHED");
        assertThat(verdict(ONE, TWO, "30 a begin g new 5 m4 k 3", "31 a failed g new 5 m4 k 3")).isEqualTo("NOTHING_UNFINISHED");
    }

    @Test
    void aBatchThatHasFailedComesAgainFromItsBegin() {
        String[] twice = {"10 a begin g new 5 m1 k 1", "10 a begin g new 5 m2 k 2", "11 a failed g new 5 m1 k 1",
            "11 a failed g new 5 m2 k 2", whole("a", 20, "again", 5, "m1 k 1"), whole("a", 23, "again", 5, "m2 k 2"), THREE};
        assertThat(verdict(new Group("g", 1, false, 10), twice)).isEmpty();
        assertThat(verdict(new Group("g", false), twice)).isEqualTo("IN_ORDER");
        String[] unasked = {ONE, TWO, whole("a", 25, "again", 5, "m1 k 1"), THREE};
        assertThat(verdict(new Group("g", 1, false, 10), unasked)).isEqualTo("IN_ORDER");
    }

    @Test
    void whatIsRolledBackMustNotCome() {
        assertThat(verdict(ONE, TWO, whole("a", 25, "again", 5, "m3 k 2"), THREE)).isEqualTo("ROLLED_BACK_NEVER");
    }

    @Test
    void aRepetitionIsMarked() {
        assertThat(verdict(ONE, TWO, whole("b", 25, "again", 6, "m2 k 2"), whole("b", 30, "new", 6, "m4 k 3"))).isEmpty();
        assertThat(verdict(ONE, TWO, whole("b", 25, "new", 6, "m2 k 2"), whole("b", 30, "new", 6, "m4 k 3")))
                .isEqualTo("TWICE_ONLY_MARKED, IN_ORDER");
    }

    private static String in(int shard, String delivery) {
        return delivery.replace(" g ", " g#" + shard + " ");
    }

    @Test
    void eachShardHasItsOwnLeadersAndEpochs() {
        assertThat(verdict(in(3, ONE), in(3, TWO), in(3, THREE))).isEmpty();
        assertThat(verdict(in(3, ONE), in(3, TWO), in(3, whole("b", 30, "new", 5, "m4 k 3")))).isEqualTo("ONE_PROCESS_AN_EPOCH");
        assertThat(verdict(in(3, ONE), in(3, TWO), in(4, whole("b", 30, "new", 5, "m4 k 3")))).isEqualTo("ONE_SHARD_A_KEY");
        assertThat(verdict(in(3, whole("b", 10, "new", 6, "m1 k 1")), in(3, TWO), in(3, whole("b", 30, "new", 6, "m4 k 3"))))
                .contains("EPOCHS_NEVER_GO_BACK");
    }

    /** Whatever the clock says: the earlier epoch was first. */
    @Test
    void theMarkMustBeOnTheLaterEpoch() {
        assertThat(verdict(whole("a", 40, "again", 5, "m1 k 1"), whole("b", 10, "new", 6, "m1 k 1"),
                whole("b", 20, "new", 6, "m2 k 2"), whole("b", 30, "new", 6, "m4 k 3")))
                .isEqualTo("TWICE_ONLY_MARKED, EPOCHS_NEVER_GO_BACK, IN_ORDER");
    }

    @Test
    void aMarkedRepetitionMayStepBackUnderTheNextEpoch() {
        assertThat(verdict(ONE, TWO, whole("b", 25, "again", 6, "m1 k 1"), whole("b", 27, "again", 6, "m2 k 2"),
                whole("b", 30, "new", 6, "m4 k 3"))).isEmpty();
    }

    @Test
    void underOneEpochNothingStepsBack() {
        assertThat(verdict(ONE, TWO, whole("a", 25, "again", 5, "m1 k 1"), THREE)).isEqualTo("IN_ORDER");
    }

    @Test
    void nothingIsLeftOut() {
        assertThat(verdict(ONE, whole("a", 20, "new", 5, "m4 k 3"), whole("a", 30, "new", 5, "m2 k 2"))).isEqualTo("IN_ORDER");
        assertThat(verdict(ONE, whole("a", 20, "again", 5, "m4 k 3"), whole("b", 30, "again", 6, "m2 k 2")))
                .isEqualTo("IN_ORDER");
    }

    @Test
    void anEpochHasOneProcess() {
        assertThat(verdict(ONE, whole("b", 20, "new", 5, "m2 k 2"), THREE)).isEqualTo("ONE_PROCESS_AN_EPOCH");
    }

    @Test
    void aDeposedLeaderBeginsNothing() {
        String late = whole("a", 25, "new", 5, "m2 k 2");
        String successor = whole("b", 20, "again", 6, "m1 k 1");
        String rest = whole("b", 30, "new", 6, "m4 k 3");
        assertThat(verdict(ONE, successor, late, rest)).isEqualTo("EPOCHS_NEVER_GO_BACK");
        assertThat(verdict(ONE, "12 test freezing a -", successor, late, rest)).as("it was frozen within").isEmpty();
        String[] two = {"9 test freezing a -", whole("b", 20, "new", 6, "m4 k 3"), whole("a", 25, "new", 5, "m1 k 1"),
            whole("a", 27, "new", 5, "m2 k 2")};
        assertThat(verdict(two)).as("only once").isEqualTo("EPOCHS_NEVER_GO_BACK");
        assertThat(verdict(new Group("g", 2, false, 1), two)).as("once for each thread").isEmpty();
        assertThat(verdict(new Group("g", 1, false, 2), two)).as("a whole batch").doesNotContain("EPOCHS_NEVER_GO_BACK");
    }

    @Test
    void effectsAreExact() {
        Group exact = new Group("g", true);
        String effects = "900 test effect g 1 m1 k 1\n900 test effect g 1 m2 k 2\n";
        assertThat(verdict(exact, ONE, TWO, THREE, effects + "900 test effect g 1 m4 k 3")).isEmpty();
        assertThat(verdict(exact, ONE, TWO, THREE, effects)).isEqualTo("EFFECTS_EXACTLY_ONCE");
        assertThat(verdict(exact, ONE, TWO, THREE, effects + "900 test effect g 2 m4 k 3")).isEqualTo("EFFECTS_EXACTLY_ONCE");
        assertThat(verdict(exact, ONE, TWO, THREE, effects + "900 test effect g 1 m4 k 3\n900 test effect g 1 m3 k 2"))
                .isEqualTo("EFFECTS_EXACTLY_ONCE");
    }

    @Test
    void anOrderlyStopRepeatsNothing() {
        String stop = "40 test stopping a -\n50 test stopped a -\n";
        String again = whole("b", 60, "again", 6, "m4 k 3");
        assertThat(verdict(ONE, TWO, THREE, stop, again)).isEqualTo("ORDERLY_NOTHING_TWICE");
        assertThat(verdict(ONE, TWO, THREE, "15 test disturbing a -\n16 test settled a -\n" + stop, again)).isEmpty();
        assertThat(verdict(ONE, TWO, THREE, "15 test disturbing c -\n16 test settled c -\n" + stop, again))
                .isEqualTo("ORDERLY_NOTHING_TWICE");
        assertThat(verdict(ONE, TWO, THREE, "45 test disturbing * -\n" + stop, again)).isEmpty();
    }

    @Test
    void theWritersNotesAgreeWithTheDatabase() {
        Group group = new Group("g", false);
        assertThat(verdict(group, "9 w committed m9 j 1", ONE, TWO, THREE)).isEqualTo("COMMITTED_IS_THERE");
        assertThat(verdict(group, "9 w rolled_back m4 k 3", ONE, TWO, THREE)).isEqualTo("ROLLED_BACK_IS_NOT_THERE");
        assertThat(verdict(group, "900 test in_database m4 k 3", ONE, TWO, THREE)).isEqualTo("IN_THE_LOG_ONCE");
    }

    /** Otherwise holes would be taken for order. */
    @Test
    void aRecordWithHolesIsNotJudged() {
        assertThatThrownBy(() -> verdict("900 test in_database m7 k 5", ONE)).hasMessageContaining("holes");
        assertThatThrownBy(() -> verdict(new Group("other", false), ONE)).hasMessageContaining("group g");
    }

    @Test
    void aRecordIsWrittenAndRead(@TempDir Path directory) throws Exception {
        KeptNumber message = new KeptNumber("m1", "k", 1);
        try (KeptRecorder recorder = KeptRecorder.into(directory, "a")) {
            for (KeptEvent.Stage stage : KeptEvent.Stage.values()) {
                recorder.written(stage, message);
            }
            for (KeptEvent.Phase phase : KeptEvent.Phase.values()) {
                recorder.delivered(phase, "g", message, true, 7);
            }
            recorder.effect("g", message, 2);
            for (KeptEvent.What what : KeptEvent.What.values()) {
                recorder.happened(what, "b", "for a reason");
            }
        }
        Files.writeString(directory.resolve("a.kept"), "17 com", StandardOpenOption.APPEND);
        KeptRecord record = KeptRecord.read(directory);
        assertThat(record.events()).allMatch(each -> each.process().equals("a"));
        assertThat(record.events().stream().map(Object::toString)).containsExactlyElementsOf(KeptRecord.of(
                String.join("\n", record.events().stream().map(each -> "1 a " + each).toList())).events().stream()
                .map(Object::toString).toList());
        assertThat(record.all(KeptEvent.Delivered.class)).contains(
                new KeptEvent.Delivered(record.all(KeptEvent.Delivered.class).get(0).micros(), "a", KeptEvent.Phase.BEGIN, "g",
                        message, true, 7));
    }
}
