package io.github.pgpubsub.benchmark.report;

import io.github.pgpubsub.benchmark.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the tables. A cell shows the median of the rounds, with minimum and maximum. */
final class Markdown {

    private final Plan plan;
    private final Setup setup;
    private final Figures figures;
    private final List<Gates.Gate> gates;
    private final StringBuilder text = new StringBuilder();

    Markdown(Plan plan, Setup setup, Figures figures, List<Gates.Gate> gates) {
        this.plan = plan;
        this.setup = setup;
        this.figures = figures;
        this.gates = gates;
    }

    String text() {
        text.setLength(0);
        line("# Results");
        line("");
        line("A %s run: %d %s%s. A cell is the median of the rounds, followed by minimum and maximum. A dash: see the notes below the table."
                .formatted(plan.name(), plan.rounds(), plan.rounds() == 1 ? "round" : "rounds",
                        plan.warmUp() ? " after a warm-up" : ""));
        line("");
        properties("machine", setup.machine());
        properties("peer", setup.versions());
        gates();
        figures.tables().forEach(this::table);
        return text.toString();
    }

    private void properties(String title, Map<String, String> properties) {
        row(List.of(title, ""));
        row(List.of("---", "---"));
        properties.forEach((name, value) -> row(List.of(name, value)));
        line("");
    }

    private void gates() {
        line("## Targets");
        line("");
        row(List.of("ratio of medians", "target", "result", ""));
        row(List.of("---", "---:", "---:", "---"));
        for (Gates.Gate gate : gates) {
            row(List.of(gate.text(), gate.wanted(), gate.found() == null ? "–" : Numbers.of(gate.found()),
                    switch (gate.verdict()) {
                        case PASS -> "pass";
                        case FAIL -> "**fail**";
                        case NOT_MEASURED -> "not measured";
                    }));
        }
        line("");
    }

    private void table(String title) {
        List<Column> columns = figures.columns(title);
        List<String> notes = new ArrayList<>();
        line("## " + title);
        line("");
        row(cells("", columns.stream().map(Column::name).toList()));
        row(cells("---", columns.stream().map(column -> "---:").toList()));
        for (String peer : figures.peers(columns)) {
            row(cells(peer, columns.stream().map(column -> cell(column, peer, notes)).toList()));
        }
        line("");
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

    private void line(String line) {
        text.append(line).append('\n');
    }
}
