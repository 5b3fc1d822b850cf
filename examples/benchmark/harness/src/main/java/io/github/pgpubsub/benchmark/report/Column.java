package io.github.pgpubsub.benchmark.report;

/**
 * A column of a table of the report; its rows are the peers.
 *
 * @param table its title, unit included
 */
public record Column(String table, String name) {}
