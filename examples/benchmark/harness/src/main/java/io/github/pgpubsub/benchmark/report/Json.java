package io.github.pgpubsub.benchmark.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.pgpubsub.benchmark.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes all figures as JSON. */
final class Json {

    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Plan plan;
    private final Setup setup;
    private final Figures figures;
    private final List<Gates.Gate> gates;

    Json(Plan plan, Setup setup, Figures figures, List<Gates.Gate> gates) {
        this.plan = plan;
        this.setup = setup;
        this.figures = figures;
        this.gates = gates;
    }

    void write(Path file) throws IOException {
        ObjectNode root = mapper.createObjectNode();
        root.put("plan", plan.name()).put("rounds", plan.rounds());
        root.set("machine", mapper.valueToTree(setup.machine()));
        root.set("versions", mapper.valueToTree(setup.versions()));
        root.set("gates", mapper.valueToTree(gates));
        ArrayNode all = root.putArray("figures");
        for (String table : figures.tables()) {
            for (Column column : figures.columns(table)) {
                figures.peers(List.of(column)).forEach(peer -> all.add(figure(column, peer)));
            }
        }
        mapper.writeValue(file.toFile(), root);
    }

    private ObjectNode figure(Column column, String peer) {
        ObjectNode figure = mapper.createObjectNode();
        figure.put("table", column.table()).put("column", column.name()).put("peer", peer);
        figures.spread(column, peer).ifPresent(spread -> {
            figure.put("min", spread.min()).put("median", spread.median()).put("max", spread.max());
            figure.set("rounds", mapper.valueToTree(spread.rounds()));
        });
        figures.absence(column, peer).ifPresent(absence -> figure.put("missing", absence.reason()));
        return figure;
    }
}
