package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.internal.delivery.SessionThread;
import io.github.pgpubsub.internal.election.GroupKey;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.status.Role;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a member that could not receive gives its place to others of the group: as for an orderly stop, and then it takes part again as
 * a cold member that tries no lock while it is hindered. A leader does so only where a standby has what this one would leave undone.
 * Belongs to the session's thread.
 */
final class SteppingAside {

    private static final Logger LOG = LoggerFactory.getLogger(GroupMembership.class);

    /** A hindrance that lasts no longer is no reason to let others take over. */
    private static final long HINDERED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GroupKey key;
    private final Leadership<?> leadership;
    private final Trouble trouble;
    private final SessionThread thread;
    /** Since when the member could not do what a leader has to; NEVER: it could. */
    private long hinderedSince = Leadership.NEVER;
    /** Whether the member stops only to take part again. */
    private boolean aside;

    SteppingAside(GroupKey key, Leadership<?> leadership, Trouble trouble, SessionThread thread) {
        this.key = key;
        this.leadership = leadership;
        this.trouble = trouble;
        this.thread = thread;
    }

    /** Called often: steps aside where the hindrance lasts, and goes on where it is over. */
    void look(boolean hindered, long now) {
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
            LOG.warn("Channel {}, group {}: steps aside as {}, because it could not receive. {}", key.channel(), key.group(),
                    role,
                    trouble.reason());
            aside = true;
            leadership.stop(now);
        }
    }

    /** Whether the member stops only to take part again. */
    boolean isAside() {
        assert thread.isCurrent();
        return aside;
    }

    /** From now on the member takes part again, or stops for good. */
    void end() {
        assert thread.isCurrent();
        aside = false;
    }
}
