package io.github.pgpubsub.examples.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge finds what is broken: each test breaks one promise. */
class JudgeTest {

    @Test
    void allIsWell() {
        assertThat(kept("1 2 3")).isEmpty();
        assertThat(kept("1 2 2* 1* 3")).isEmpty();
        assertThat(plain("gap 1 2 gap 3")).isEmpty();
        assertThat(plain("1 gap 3")).isEmpty();
    }

    @Test
    void aLoss() {
        assertThat(kept("1 gap 3")).containsExactly("here: order 2 is lost");
        assertThat(plain("gap 1 3")).containsExactly("here: the loss of order 2 is not told");
        assertThat(plain("1 2 gap")).containsExactly("here: the last order that came is 2");
    }

    @Test
    void aRepetitionWithoutAMark() {
        assertThat(kept("1 2 2 3")).singleElement().asString().endsWith("came again without a mark");
    }

    @Test
    void aBrokerThatWasAwayExplainsARepetition() {
        Outages outages = new Outages();
        outages.add(0, 1);
        assertThat(Judge.judge("here", arrivals("1 2 2 3"), 3, true, true, true, outages).violations()).isEmpty();
    }

    @Test
    void theWrongOrder() {
        assertThat(kept("2 1 3")).singleElement().asString().endsWith("came after 2");
    }

    @Test
    void aStrangerAndAForeignId() {
        assertThat(kept("1 2 3 4")).singleElement().asString().endsWith("was never sent");
        assertThat(Judge.judge("here", List.of(new Arrival(0, 1, "a", false), new Arrival(0, 2, "a", false)), 2, true, true, true,
                new Outages()).violations()).singleElement().asString().endsWith("has the id of order 1");
        assertThat(Judge.judge("here", List.of(new Arrival(0, 1, "a", false), new Arrival(0, 1, "b", true)), 1, true, true, true,
                new Outages()).violations()).singleElement().asString().endsWith("had the id a before");
        assertThat(Judge.judge("here", List.of(new Arrival(0, 1, null, false)), 1, true, true, true, new Outages()).violations())
                .singleElement().asString().endsWith("has no id");
    }

    private static List<String> kept(String arrivals) {
        return Judge.judge("here", arrivals(arrivals), 3, true, true, true, new Outages()).violations();
    }

    private static List<String> plain(String arrivals) {
        return Judge.judge("here", arrivals(arrivals), 3, false, true, true, new Outages()).violations();
    }

    private static List<Arrival> arrivals(String text) {
        return Arrays.stream(text.split(" ")).map(word -> {
            String number = word.replace("*", "");
            return number.equals("gap") ? new Arrival(0, Arrival.GAP, null, false)
                    : new Arrival(0, Long.parseLong(number), "id-" + number, word.endsWith("*"));
        }).toList();
    }
}
