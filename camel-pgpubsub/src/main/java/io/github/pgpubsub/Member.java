package io.github.pgpubsub;

import io.github.pgpubsub.connect.OwnBackends;
import io.github.pgpubsub.lead.ControlMessage;
import io.github.pgpubsub.lead.Effects;
import io.github.pgpubsub.lead.GroupKey;
import io.github.pgpubsub.lead.Leadership;
import io.github.pgpubsub.lead.Role;
import io.github.pgpubsub.session.Notification;
import io.github.pgpubsub.session.Session;
import io.github.pgpubsub.session.Stream;
import io.github.pgpubsub.session.Subscriber;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This session's part in a group: takes in messages while it leads. The subscriptions of one session with one channel and
 * group are {@link Alternates} behind one member, because a session that holds a lock may take it again: two members on one
 * session would both lead.
 */
final class Member implements Subscriber, Effects {

    private static final Logger LOG = LoggerFactory.getLogger(Member.class);

    private final GroupKey key;
    private final OwnBackends ownBackends;
    private final Session session;
    private final Alternates alternates;
    private final Leadership leadership;
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean receiving;

    // These belong to the session's thread.
    private Stream stream;
    private OwnMessages ownMessages;
    private long roleSince = System.nanoTime();

    Member(SubscriptionOptions options, OwnBackends ownBackends, Session session) {
        this.key = new GroupKey(options.channel(), options.group());
        this.ownBackends = ownBackends;
        this.session = session;
        this.alternates = new Alternates(options.queueSize(), session);
        this.leadership = new Leadership(options.acquireInterval(), this);
    }

    void start() {
        session.add(this);
    }

    /** Waits until the first election is decided, or it shows that the server is out of reach. */
    void awaitSettled(long longestNanos) throws InterruptedException {
        settled.await(longestNanos, TimeUnit.NANOSECONDS);
    }

    Alternates alternates() {
        return alternates;
    }

    boolean isReceiving() {
        return receiving;
    }

    /** Begins the orderly end: gives the leadership back, if it has it, once what was taken in has been handled. */
    void stop() {
        session.execute(leadership::stop);
    }

    /** Goes on with the end although messages are left that nobody has handled. */
    void giveUpDraining() {
        session.execute(leadership::drained);
    }

    /** False: the time was up before. */
    boolean awaitStopped(long longestNanos) throws InterruptedException {
        return stopped.await(longestNanos, TimeUnit.NANOSECONDS);
    }

    // ---- what the session tells

    @Override
    public void connected(Stream newStream) {
        stream = newStream;
        ownMessages = new OwnMessages(ownBackends, newStream.server());
        leadership.connected(System.nanoTime());
    }

    @Override
    public void disconnected() {
        stream = null;
        if (receiving) {
            receiving = false;
            logRole("lost its leadership with its connection");
        }
        leadership.disconnected();
    }

    @Override
    public void received(Notification notification) {
        if (notification.channel().equals(key.controlChannel())) {
            ControlMessage.decode(notification.payload()).ifPresent(message -> leadership.control(message, System.nanoTime()));
        } else if (receiving && !(alternates.filtered() && ownMessages.contains(notification))) {
            alternates.queue().put(new Message(notification.channel(), notification.payload(), notification.backend()));
        }
    }

    @Override
    public boolean ready() {
        return !receiving || alternates.queue().hasRoom();
    }

    @Override
    public void tick() {
        leadership.tick(System.nanoTime());
    }

    @Override
    public void failed(Exception failure) {
        settled.countDown();
        alternates.failed(failure);
    }

    // ---- what the leadership wants

    @Override
    public void listenToControl() {
        stream.listen(key.controlChannel(), this, () -> { });
    }

    @Override
    public void tryLock() {
        stream.tryLock(key.leaderLock(), acquired -> {
            leadership.locked(acquired);
            if (!acquired) {
                settled.countDown();
            }
        });
    }

    @Override
    public void unlock() {
        if (stream != null) {
            stream.unlock(key.leaderLock(), leadership::unlocked);
        }
    }

    @Override
    public void send(ControlMessage message) {
        stream.notify(key.controlChannel(), message.encode(), committed -> { });
    }

    @Override
    public void lead() {
        receiving = true;
        stream.listen(key.channel(), this, () -> {
            logRole("leads");
            settled.countDown();
        });
    }

    @Override
    public void drain() {
        receiving = false;
        stream.unlisten(key.channel(), this);
        alternates.queue().whenIdle(() -> session.execute(leadership::drained));
    }

    @Override
    public void stopped() {
        if (stream != null) {
            stream.unlisten(key.controlChannel(), this);
        }
        session.remove(this);
        if (leadership.role() == Role.STOPPED) {
            logRole("has left");
        }
        settled.countDown();
        stopped.countDown();
    }

    private void logRole(String what) {
        long now = System.nanoTime();
        LOG.info("Channel {}, group {}: this member {} (after {} ms)", key.channel(), key.group(), what,
                TimeUnit.NANOSECONDS.toMillis(now - roleSince));
        roleSince = now;
    }
}
