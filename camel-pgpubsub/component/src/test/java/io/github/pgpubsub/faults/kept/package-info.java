/**
 * Kept messages under faults made real: processes that are killed and frozen, backends that are ended, connections that are cut, servers
 * that restart, writers with transactions of their own. Whatever is recorded is judged afterwards by
 * {@link io.github.pgpubsub.history.kept.KeptJudge}.
 */
package io.github.pgpubsub.faults.kept;
