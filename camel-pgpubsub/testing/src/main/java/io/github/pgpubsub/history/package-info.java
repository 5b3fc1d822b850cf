/**
 * The judge: compares the history of a fault test with the promises of {@code docs/guarantees.md}.
 *
 * <p>Each process of a test writes its actions into its own file, line by line
 * ({@link io.github.pgpubsub.history.HistoryWriter}). A sender writes the begin and the outcome of each transaction. A member
 * writes the begin and the end of each message, each gap, and each change of its role. The test writes which process it starts,
 * stops, kills, freezes and cuts off. {@link io.github.pgpubsub.history.History} reads all files of a run and merges them by
 * time: all processes run on one machine with one clock. {@link io.github.pgpubsub.history.Judge} then checks the rules; each
 * rule is a promise of the guarantees.
 *
 * <p>Nothing here depends on the engine, because the judge would share its mistakes; a test enforces this.
 */
package io.github.pgpubsub.history;
