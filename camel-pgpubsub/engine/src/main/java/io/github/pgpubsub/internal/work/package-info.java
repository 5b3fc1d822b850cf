/**
 * The threads that handlers run on, shared by all subscriptions of a client.
 *
 * <p>A subscription's {@link io.github.pgpubsub.internal.work.Crew} holds no thread while there is nothing to take. Its queue calls it when
 * something may be taken; the crew then engages as many workers as find something, at most as many as it has
 * ({@link io.github.pgpubsub.internal.work.Engagement}), and each of them waits for a thread in the pool's
 * {@link io.github.pgpubsub.internal.work.ReadyQueue}. A thread works for a crew until there is nothing to take, or for a tenth of a
 * millisecond if others wait; then the crew goes to the end of the queue. So with one worker a subscription keeps its order, whatever
 * threads it gets.
 *
 * <p>Nobody waits long for a thread, and under load no thread is woken for each message:
 *
 * <ul>
 * <li>While a thread is looking for a crew ({@link io.github.pgpubsub.internal.work.Search}), none is woken.
 * <li>If all threads that work have been with one piece for longer than 0.2 ms, an idle thread is woken at once. Otherwise one of them
 * is expected to look for another crew soon.
 * <li>If it does not, the {@link io.github.pgpubsub.internal.work.Supervisor} sees it within a millisecond or two and wakes or creates
 * threads, twice as many each time ({@link io.github.pgpubsub.internal.work.Growth}), until each crew that waits has one. So handlers may
 * block for ever.
 * </ul>
 *
 * <p>What happens later, such as the end of a batch's time, is an alarm that the supervisor rings
 * ({@link io.github.pgpubsub.internal.work.Alarms}).
 *
 * <p>On failure: apart from setting alarms and creating threads nothing here needs memory. Whoever owns a crew calls
 * {@code replaceEndedThreads} once a second, which removes threads that have died and gives their crews others, and creates a thread if that
 * has failed before ({@link io.github.pgpubsub.internal.work.Recruiting}). A crew that would get no thread is deserted, so that its member
 * lets others lead.
 *
 * <p>Locks, from the outside to the inside: a queue's lock, a pool's opening lock, the pool's monitor or the monitor of the alarms. A
 * crew's monitor is held together with no other lock.
 */
@NullMarked
package io.github.pgpubsub.internal.work;

import org.jspecify.annotations.NullMarked;
