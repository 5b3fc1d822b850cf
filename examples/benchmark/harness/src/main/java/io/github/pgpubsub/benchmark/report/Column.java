package io.github.pgpubsub.benchmark.report;

/**
 * A column of a table of the report; the rows are the peers.
 *
 * @param table title of the table, unit included
 */
public record Column(String table, String name) {}
