package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages that are sent before the clock starts, because the first of a sender opens a connection or prepares a statement. They
 * bear no time, so that a receiver can tell them. One thread sends its own before the others begin: pgjdbc-ng prepares a statement
 * twice, and fails, when several threads use a new connection at the same moment.
 */
final class FirstMessages {

    static final long NO_TIME = 0;

    private static final AtomicLong NUMBER = new AtomicLong(Long.MIN_VALUE);

    private FirstMessages() {}

    static void sendOne(Link link, String channel, Payloads payloads) throws Exception {
        link.send(channel, payloads.payload(NO_TIME, NUMBER.getAndIncrement()));
    }
}
