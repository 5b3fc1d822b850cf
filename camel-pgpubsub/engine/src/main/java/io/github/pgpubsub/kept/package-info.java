/**
 * Kept messages: messages that are rows in the database until every group has completed them, whatever was down meanwhile.
 * {@link io.github.pgpubsub.PgPubSub#kept} opens the log.
 *
 * <pre>{@code
 * KeptMessages kept = pubSub.kept();
 * KeptSubscription subscription = kept.subscribe(KeptOptions.of("orders"), message -> System.out.println(message.payload()));
 * String id = kept.publish(NewMessage.to("orders").payload("hello").build()).join();
 * }</pre>
 *
 * <p>{@link io.github.pgpubsub.kept.StoredPayloads} uses the same log for payloads of plain channels that are too long for a notification.
 */
@NullMarked
package io.github.pgpubsub.kept;

import org.jspecify.annotations.NullMarked;
