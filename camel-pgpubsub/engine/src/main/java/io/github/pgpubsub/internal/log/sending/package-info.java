/**
 * Sends kept messages: by group commit as notifications are sent, and with an outcome that is always known.
 *
 * <p>A message that is sent twice is in the log twice, and a failed send that is in the log after all is a lie. So when a
 * connection breaks before a commit was confirmed, {@link io.github.pgpubsub.internal.log.sending.LogStatement} asks the log. Two
 * things make the answer final:
 *
 * <ul>
 * <li><b>The fence.</b> A publisher has a row {@code sender(id, incarnation)}, and a batch is inserted only by the incarnation
 *     that stands there. Each new connection raises the incarnation and commits that before it looks. So an insert of the former
 *     connection that the server has received but not begun inserts nothing.</li>
 * <li><b>The lock.</b> Both the insert and the fence take the sender's advisory lock for their transaction. So an insert that
 *     had begun is over, committed or not, when the fence gets the lock, and the look-up, a statement of its own, sees it.</li>
 * </ul>
 *
 * The lock alone does not do: a frozen backend may begin the insert after the look-up. The incarnation alone does not do either:
 * the look-up would miss an insert that is not committed yet.
 */
@NullMarked
package io.github.pgpubsub.internal.log.sending;

import org.jspecify.annotations.NullMarked;
