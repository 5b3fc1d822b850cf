package io.github.pgpubsub.benchmark.report;

import io.github.pgpubsub.benchmark.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** The report of a run, on the screen and as files. */
public final class Report {

    private final Plan plan;
    private final Setup setup;
    private final Figures figures;
    private final List<Gates.Gate> gates;

    public Report(Plan plan, Setup setup, Figures figures) {
        this.plan = plan;
        this.setup = setup;
        this.figures = figures;
        this.gates = Gates.of(figures, Collections.max(plan.channels()));
    }

    /** The tables and the gates. */
    public String summary() {
        return new Markdown(plan, setup, figures, gates).text();
    }

    /** Writes results.md, results.json and the plots. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("results.md"), summary());
        new Json(plan, setup, figures, gates).write(folder.resolve("results.json"));
        new Plots(plan, figures).write(folder);
    }
}
