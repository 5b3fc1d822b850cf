package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets other members take over from a member that can't receive: it leaves as in an orderly stop, and then joins again as a cold
 * member, which tries no lock while it is hindered. A leader steps aside only if a standby holds the messages that it would leave
 * unfinished. Belongs to the session's thread.
 */
final class SteppingAside {

    private static final Logger LOG = LoggerFactory.getLogger(GroupMembership.class);

    /** A shorter hindrance is no reason to let others take over. */
    private static final long HINDERED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LocalSubscriptions local;
    private final Leadership<?> leadership;
    private final Trouble trouble;
    private final SessionThread thread;
    /** Time from which on the member could not do the work of a leader; NEVER: it can. */
    private long hinderedSince = Leadership.NEVER;
    /** Whether the member stops only to join again. */
    private boolean aside;

    SteppingAside(LocalSubscriptions local, Leadership<?> leadership, Trouble trouble, SessionThread thread) {
        this.local = local;
        this.leadership = leadership;
        this.trouble = trouble;
        this.thread = thread;
    }

    /** Called often: steps aside if the hindrance lasts, and revokes the stop if it is over. */
    void update(boolean hindered, long now) {
        assert thread.isCurrent();
        if (!hindered) {
            hinderedSince = Leadership.NEVER;
            aside = aside && !leadership.goOn();
            return;
        }
        hinderedSince = hinderedSince == Leadership.NEVER ? now : hinderedSince;
        Role role = leadership.role();
        boolean mayLeave = role == Role.STANDBY || (role == Role.LEADER && leadership.isInStep());
        if (mayLeave && !aside && !leadership.isStopping() && now - hinderedSince > HINDERED_NANOS) {
            LOG.warn("{}: gives up the role {}, because it can't receive. {}", local.titles(), role, trouble.reason());
            aside = true;
            leadership.stop(now);
        }
    }

    /** Whether the member stops only to join again. */
    boolean isAside() {
        assert thread.isCurrent();
        return aside;
    }

    /** Stepping aside is over: the member joins again, or stops for good. */
    void end() {
        assert thread.isCurrent();
        aside = false;
    }
}
