package io.github.pgpubsub.benchmark.kit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages sent before the clock starts, because a sender's first message opens a connection or prepares a statement. They have
 * no time stamp, so receivers can recognise them. One thread sends first, before the others begin: pgjdbc-ng prepares a statement
 * twice, and fails, if several threads use a new connection at the same moment.
 */
final class FirstMessages {

    static final long NO_TIME = 0;

    private static final AtomicLong NUMBER = new AtomicLong(Long.MIN_VALUE);

    private FirstMessages() {}

    static void sendOne(Link link, String channel, Payloads payloads) throws Exception {
        link.send(channel, payloads.payload(NO_TIME, NUMBER.getAndIncrement()));
    }
}
