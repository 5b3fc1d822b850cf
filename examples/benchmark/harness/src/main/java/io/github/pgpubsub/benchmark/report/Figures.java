package io.github.pgpubsub.benchmark.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** The figures of a run, and the reasons for missing ones. Tables, columns and rows keep the order in which they were added. */
public final class Figures {

    /** The reason why a cell has no figure. */
    public record Absence(boolean unable, String reason) {}

    private record Cell(Column column, String peer) {}

    private final Set<Column> columns = new LinkedHashSet<>();
    private final Map<Cell, SortedMap<Integer, Double>> values = new LinkedHashMap<>();
    private final Map<Cell, Absence> absences = new LinkedHashMap<>();
    private final Map<Cell, Histogram> histograms = new LinkedHashMap<>();
    private final List<String> order = new ArrayList<>();
    private int round;

    /** Sets the order of the first rows. Needed because rounds begin with different peers. */
    public void orderRows(List<String> peers) {
        order.addAll(peers);
    }

    List<String> order() {
        return List.copyOf(order);
    }

    /** What is added from now on belongs to the next round. */
    public void nextRound() {
        round++;
    }

    public void add(Column column, String peer, double value) {
        columns.add(column);
        values.computeIfAbsent(new Cell(column, peer), cell -> new TreeMap<>()).put(round, value);
    }

    /** Merges the histograms of all rounds. */
    public void add(Column column, String peer, Histogram histogram) {
        histograms.computeIfAbsent(new Cell(column, peer), cell -> new Histogram(histogram)).add(histogram);
    }

    public void absent(Column column, String peer, Absence absence) {
        columns.add(column);
        absences.put(new Cell(column, peer), absence);
    }

    public Optional<Spread> spread(Column column, String peer) {
        return Optional.ofNullable(values.get(new Cell(column, peer))).map(rounds -> Spread.of(rounds.values()));
    }

    /** The value of each round that has one. */
    Rounds rounds(Column column, String peer) {
        return new Rounds(values.getOrDefault(new Cell(column, peer), Collections.emptySortedMap()));
    }

    public Optional<Double> median(Column column, String peer) {
        return spread(column, peer).map(Spread::median);
    }

    public Optional<Absence> absence(Column column, String peer) {
        return Optional.ofNullable(absences.get(new Cell(column, peer)));
    }

    public Optional<Histogram> histogram(Column column, String peer) {
        return Optional.ofNullable(histograms.get(new Cell(column, peer)));
    }

    public List<String> tables() {
        return columns.stream().map(Column::table).distinct().toList();
    }

    public List<Column> columns(String table) {
        return columns.stream().filter(column -> column.table().equals(table)).toList();
    }

    /** The peers with a row in one of these columns. */
    public List<String> peers(Collection<Column> some) {
        Set<String> peers = new LinkedHashSet<>(order);
        Set<String> present = Stream.concat(values.keySet().stream(), absences.keySet().stream())
                .filter(cell -> some.contains(cell.column)).map(Cell::peer).collect(Collectors.toCollection(LinkedHashSet::new));
        peers.addAll(present);
        peers.retainAll(present);
        return List.copyOf(peers);
    }

    /** All failures, without the commands that a peer does not support. */
    public List<String> failures() {
        return absences.entrySet().stream().filter(entry -> !entry.getValue().unable())
                .map(entry -> "%s, %s, %s: %s".formatted(entry.getKey().peer, entry.getKey().column.table(),
                        entry.getKey().column.name(), entry.getValue().reason()))
                .toList();
    }
}
