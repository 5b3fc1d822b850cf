package io.github.pgpubsub.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.benchmark.report.Figures.Absence;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private final Column column = new Column("Sending", "8 blocking");
    private final Figures figures = new Figures();

    @Test
    void aFigureIsTheMedianOfItsRounds() {
        add("a", 5, 1, 3);
        add("b", 4, 2);

        assertThat(figures.spread(column, "a")).hasValue(new Spread(1, 3, 5, List.of(5.0, 1.0, 3.0)));
        assertThat(figures.median(column, "b")).hasValue(3.0);
        assertThat(figures.median(column, "c")).isEmpty();
    }

    @Test
    void aRatioComparesTheFiguresOfTheSameRound() {
        figures.nextRound();
        figures.add(column, "a", 10);
        figures.add(column, "b", 5);
        figures.nextRound();
        figures.add(column, "a", 100);
        figures.nextRound();
        figures.add(column, "a", 2);
        figures.add(column, "b", 1);

        Rounds ratio = figures.rounds(column, "a").to(figures.rounds(column, "b"));

        assertThat(ratio.interval()).hasValue(new Interval(2, 2, 2, 2, 0.5));
        assertThat(figures.rounds(column, "a").to(figures.rounds(column, "nobody")).interval()).isEmpty();
    }

    @Test
    void theMeanOfSeveralRatiosIsGeometric() {
        figures.add(column, "a", 8);
        figures.add(column, "b", 2);

        assertThat(Rounds.mean(List.of(figures.rounds(column, "a"), figures.rounds(column, "b"))).median()).isEqualTo(4);
        assertThat(Rounds.mean(List.of(figures.rounds(column, "a"), figures.rounds(column, "c"))).interval()).isEmpty();
    }

    private void add(String peer, double... values) {
        for (double value : values) {
            figures.nextRound();
            figures.add(column, peer, value);
        }
    }

    @Test
    void rowsKeepTheirOrderWhoeverCameFirst() {
        figures.orderRows(List.of("a", "b", "c"));
        figures.add(column, "c", 1);
        figures.absent(column, "a", new Absence(true, "can't"));
        figures.add(column, "something else", 1);

        assertThat(figures.peers(List.of(column))).containsExactly("a", "c", "something else");
    }

    @Test
    void whatFailedIsAFailureAndWhatCantBeDoneIsNot() {
        figures.absent(column, "a", new Absence(true, "has no way"));
        figures.absent(column, "b", new Absence(false, "broke"));

        assertThat(figures.failures()).containsExactly("b, Sending, 8 blocking: broke");
    }
}
