package io.github.pgpubsub.lead;

import java.time.Duration;

/** One member's part in the election; see the package for states and rules. Not thread-safe: the session's thread calls it. */
public final class Leadership {

    private final long acquireNanos;
    private final Effects effects;
    private Role role = Role.DISCONNECTED;
    private boolean stopping;
    private boolean trying;
    private long nextTry;

    /** @param acquireInterval how often a standby tries the lock */
    public Leadership(Duration acquireInterval, Effects effects) {
        this.acquireNanos = acquireInterval.toNanos();
        this.effects = effects;
    }

    public Role role() {
        return role;
    }

    public void connected(long now) {
        trying = false;
        if (stopping) {
            stop();
            return;
        }
        role = Role.STANDBY;
        effects.listenToControl();
        tryLock(now);
    }

    public void disconnected() {
        role = Role.DISCONNECTED;
        if (stopping) {
            finish();
        }
    }

    public void tick(long now) {
        if (role == Role.STANDBY && now - nextTry >= 0) {
            tryLock(now);
        }
    }

    public void control(ControlMessage message, long now) {
        if (message.type() == ControlMessage.Type.VACANT && role == Role.STANDBY) {
            tryLock(now);
        }
    }

    public void locked(boolean acquired) {
        trying = false;
        if (acquired) {
            role = Role.LEADER;
            effects.lead();
        }
        if (stopping) {
            stop();
        }
    }

    /** Begins the orderly stop, which ends with {@link Effects#stopped}. */
    public void stop() {
        stopping = true;
        if (role == Role.LEADER) {
            role = Role.RESIGNING;
            effects.drain();
        } else if (role != Role.RESIGNING && !trying) {
            finish();
        }
    }

    public void drained() {
        if (role == Role.RESIGNING) {
            effects.unlock();
        }
    }

    public void unlocked() {
        effects.send(new ControlMessage(ControlMessage.Type.VACANT));
        finish();
    }

    private void tryLock(long now) {
        if (!trying) {
            trying = true;
            nextTry = now + acquireNanos;
            effects.tryLock();
        }
    }

    private void finish() {
        if (role != Role.STOPPED) {
            role = Role.STOPPED;
            effects.stopped();
        }
    }
}
