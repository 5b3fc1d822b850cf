/**
 * The judge: what really happened in a fault test, and whether it is what {@code docs/guarantees.md} promises.
 *
 * <p>Each process of a test writes what it does into a file of its own, line by line ({@link
 * io.github.pgpubsub.history.HistoryWriter}): the senders each transaction that they begin and what became of it, the members
 * each message that they begin and end, each gap that they are told, each change of their role, and the test whom it starts,
 * stops, kills, freezes and cuts off. {@link io.github.pgpubsub.history.History} reads all files of a run and merges them by
 * time: all processes run on one machine and take the same clock. {@link io.github.pgpubsub.history.Judge} then goes through
 * the rules, each a sentence of the guarantees.
 *
 * <p>Nothing here knows the engine, and a test says so: the judge would share its mistakes.
 */
package io.github.pgpubsub.history;
