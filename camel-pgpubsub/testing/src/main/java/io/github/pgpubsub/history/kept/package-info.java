/**
 * The judge of kept messages: compares the record of a fault test with what {@code docs/kept-messages.md} promises.
 *
 * <p>Each process writes its own file, line by line ({@link io.github.pgpubsub.history.kept.KeptRecorder}). A writer records each
 * transaction with its outcome, a receiver the begin and the end of each message with its mark and its epoch, and the test what it does
 * to processes and servers. At the end the test adds what the database itself says: which messages were committed, by a table that the
 * writers fill in the same transaction, and the effects of {@code ackMode=transaction}.
 * {@link io.github.pgpubsub.history.kept.KeptJudge} reads all of it and checks the rules.
 *
 * <p>Nothing here depends on the engine, because the judge would share its mistakes; a test enforces this.
 */
@NullMarked
package io.github.pgpubsub.history.kept;

import org.jspecify.annotations.NullMarked;
