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
        List.of(5.0, 1.0, 3.0).forEach(value -> figures.add(column, "a", value));
        List.of(4.0, 2.0).forEach(value -> figures.add(column, "b", value));

        assertThat(figures.spread(column, "a")).hasValue(new Spread(1, 3, 5, List.of(5.0, 1.0, 3.0)));
        assertThat(figures.median(column, "b")).hasValue(3.0);
        assertThat(figures.median(column, "c")).isEmpty();
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
