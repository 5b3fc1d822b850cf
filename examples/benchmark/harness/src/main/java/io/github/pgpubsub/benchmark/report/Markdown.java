package io.github.pgpubsub.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables as text. A cell of figures shows the median of the rounds, with minimum and maximum. */
final class Markdown {

    private final Figures figures;
    private final StringBuilder text = new StringBuilder();

    Markdown(Figures figures) {
        this.figures = figures;
    }

    void properties(String title, Map<String, String> properties) {
        row(List.of(title, ""));
        row(List.of("---", "---"));
        properties.forEach((name, value) -> row(List.of(name, value)));
        line("");
    }

    void gates(List<Gates.Gate> gates) {
        table(List.of("", "target", "median", "interval", ""), gates.stream().map(gate -> List.of(gate.text(), gate.wanted(),
                gate.found() == null ? "–" : Numbers.of(gate.found().median()),
                gate.found() == null ? "–" : interval(gate.found()),
                switch (gate.verdict()) {
                    case PASS -> "pass";
                    case FAIL -> "**fail**";
                    case UNDECIDED -> "undecided";
                    case NOT_MEASURED -> "not measured";
                    case NONE -> "";
                })).toList());
    }

    private static String interval(Interval interval) {
        return Numbers.of(interval.low()) + " to " + Numbers.of(interval.high());
    }

    /** A table whose first column is text, and whose others are numbers. */
    void table(List<String> header, List<List<String>> rows) {
        row(header);
        row(cells("---", header.stream().skip(1).map(column -> column.isEmpty() ? "---" : "---:").toList()));
        rows.forEach(this::row);
        line("");
    }

    /** The figures of a table, a row for each peer, and the reasons of the missing ones. */
    void table(String title) {
        List<Column> columns = figures.columns(title);
        List<String> notes = new ArrayList<>();
        table(cells("", columns.stream().map(Column::name).toList()), figures.peers(columns).stream()
                .map(peer -> cells(peer, columns.stream().map(column -> cell(column, peer, notes)).toList())).toList());
        notes.stream().distinct().forEach(note -> line("- " + note));
        if (!notes.isEmpty()) {
            line("");
        }
    }

    private String cell(Column column, String peer, List<String> notes) {
        figures.absence(column, peer).ifPresent(absence -> notes.add("%s, %s: %s".formatted(
                peer, absence.unable() ? "not measured" : column.name() + ", failed", absence.reason())));
        return figures.spread(column, peer).map(Markdown::cell).orElse("–");
    }

    private static String cell(Spread spread) {
        String median = Numbers.of(spread.median());
        return spread.rounds().size() == 1 ? median
                : "%s (%s–%s)".formatted(median, Numbers.of(spread.min()), Numbers.of(spread.max()));
    }

    private static List<String> cells(String first, List<String> others) {
        List<String> cells = new ArrayList<>(List.of(first));
        cells.addAll(others);
        return cells;
    }

    private void row(List<String> cells) {
        line(cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
    }

    void line(String line) {
        text.append(line).append('\n');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
