package io.github.pgpubsub.internal.session;

import io.github.pgpubsub.internal.connection.Watchdog;
import java.util.concurrent.ThreadFactory;

/**
 * The parts of a session that outlive its connections. All parts except the command queue belong to the session's thread; other
 * threads read the view and the pulse.
 */
record SessionParts(CommandQueue commands, Subscribers subscribers, Reading reading, Heartbeat heartbeat, QueueUsage queueUsage,
        SessionView view, Pulse pulse, Watchdog watchdog, ThreadFactory auxiliaryThreads) {}
