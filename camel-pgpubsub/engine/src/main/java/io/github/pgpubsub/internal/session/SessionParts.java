package io.github.pgpubsub.internal.session;

/** What the connections of one session have in common. All of it belongs to the session's thread, but that others see the view. */
record SessionParts(
        CommandQueue commands, Subscribers subscribers, Reading reading, Heartbeat heartbeat, QueueUsage queueUsage, SessionView view) {}
