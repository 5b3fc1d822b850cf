package io.github.pgpubsub.benchmark.report;

import io.github.pgpubsub.benchmark.Plan;
import io.github.pgpubsub.benchmark.peers.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The report of a run, on the screen and as files. */
public final class Report {

    private final Plan plan;
    private final Setup setup;
    private final Figures figures;
    /** Null: plain channels were not measured. */
    private final List<Gates.Gate> plain;
    private final List<Gates.Gate> kept;
    private final List<Gates.Gate> scale;

    /** @param families those whose measures the run has had */
    public Report(Plan plan, Setup setup, Figures figures, Set<Family> families) {
        this.plan = plan;
        this.setup = setup;
        this.figures = figures;
        this.plain = families.stream().anyMatch(Family::isPlain) ? Gates.plain(figures, Collections.max(plan.channels())) : null;
        boolean keeps = families.stream().anyMatch(family -> !family.isPlain());
        this.kept = keeps ? Gates.kept(figures) : List.of();
        this.scale = keeps ? Gates.scale(figures) : List.of();
    }

    /** The tables and the gates. */
    public String summary() {
        Markdown text = new Markdown(figures);
        text.line("# Results");
        text.line("");
        text.line(
                "A %s run: %s%s. A cell is the median of the rounds, followed by minimum and maximum. A dash: see the notes below the table."
                        .formatted(plan.name(), rounds(), plan.warmUp() ? " after a warm-up" : ""));
        text.line("");
        text.properties("machine", setup.machine());
        text.properties("peer", setup.versions());
        if (plain != null) {
            text.line("## In short");
            text.line("");
            text.table(InShort.HEADER, InShort.rows(figures, plan));
        }
        text.line("## Targets");
        text.line("");
        text.line(
                ("The figures of a round are divided by each other, and the result is the median of the rounds. The interval contains the"
                        + " true median with a probability of at least %.0f %%, as far as the rounds are independent. A target passes if the whole"
                        + " interval reaches it, fails if none of it does, and is undecided otherwise, or with fewer than 6 rounds.")
                        .formatted(Interval.WANTED * 100));
        text.line("");
        text.gates(gates());
        figures.tables().forEach(table -> {
            text.line("## " + table);
            text.line("");
            text.table(table);
        });
        return text.toString();
    }

    private String rounds() {
        if (plain == null) {
            return rounds(plan.longRounds());
        }
        String few = ", of very many channels and of kept messages the first %d,".formatted(plan.longRounds());
        return rounds(plan.rounds()) + (plan.longRounds() < plan.rounds() ? few : "");
    }

    private static String rounds(int number) {
        return number == 1 ? "1 round" : number + " rounds";
    }

    private List<Gates.Gate> gates() {
        List<Gates.Gate> gates = new ArrayList<>(plain == null ? List.of() : plain);
        gates.addAll(kept);
        gates.addAll(scale);
        return gates;
    }

    /** Writes results.md, results.json and the plots. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("results.md"), summary());
        new Json(plan, setup, figures, gates()).write(folder.resolve("results.json"));
        new Plots(plan, figures).write(folder);
    }

    /** Writes the parts of a page that this run has measured. */
    public void fill(Path page) throws IOException {
        Page.fill(page, this::part);
    }

    private Optional<String> part(String name) {
        boolean measured = switch (name) {
            case "machine", "in short", "targets of plain channels" -> plain != null;
            case "kept machine", "kept in short", "targets of kept messages" -> Gates.isAnyMeasured(kept);
            case "targets of writers, batches and members" -> Gates.isAnyMeasured(scale);
            default -> figures.tables().contains(name);
        };
        if (!measured) {
            return Optional.empty();
        }
        Markdown text = new Markdown(figures);
        switch (name) {
            case "machine" -> text.properties("machine", setup.machine());
            case "in short" -> text.table(InShort.HEADER, InShort.rows(figures, plan));
            case "targets of plain channels" -> text.gates(plain);
            case "kept machine" -> text.properties("machine", setup.machine());
            case "kept in short" -> text.table(InShort.KEPT_HEADER, InShort.keptRows(figures));
            case "targets of kept messages" -> text.gates(kept);
            case "targets of writers, batches and members" -> text.gates(scale);
            default -> text.table(name);
        }
        return Optional.of(text.toString());
    }
}
