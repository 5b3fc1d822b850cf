package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;
import io.github.pgpubsub.MessageHandler;
import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.camel.management.ManagedComponent;
import io.github.pgpubsub.camel.management.ManagedConsumer;
import io.github.pgpubsub.camel.management.Metering;
import io.github.pgpubsub.camel.management.PgPubSubConsumerHealthCheck;
import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.GroupStatus;
import io.github.pgpubsub.status.RoleChange;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.PollingConsumer;
import org.apache.camel.PollingConsumerPollingStrategy;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.RouteController;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns messages of a channel into exchanges. */
@ManagedResource(description = "Managed PostgreSQL Pub/Sub consumer")
public class PgPubSubConsumer extends DefaultConsumer implements Suspendable, ShutdownAware, MessageHandler, SubscriptionListener,
        ManagedConsumer, PollingConsumerPollingStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubConsumer.class);

    /** How long a look at an attribute, and the answer to an operator's question, may take. */
    private static final Duration A_MOMENT = Duration.ofMillis(500);
    private static final Duration AN_ANSWER = Duration.ofSeconds(3);
    /** Who suspends from within an exchange often resumes a moment later, when the next one is done: then nothing was missed. */
    private static final Duration GRACE = Duration.ofSeconds(1);
    /** An exchange that takes longer may be waiting for the one who waits for it here. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MILLIS = 10;
    /** For a message that waits until somebody polls, which nobody does who stops. */
    private static final Duration UNPOLLED = Duration.ofMillis(100);
    /** The leader's or the standby's, and the one that shows who takes part. */
    private static final int LOCKS_OF_A_GROUP = 2;
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final PgPubSubEndpoint endpoint;
    private final GroupQuestions questions;
    private final PayloadCodec codec;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicLong finished = new AtomicLong();
    private volatile Listening listening;
    /** What ends or has ended, or may still be taken back. */
    private volatile Listening former;
    /** Counts what was asked for, so that a late start knows that it is not wanted any more. */
    private long asked;
    private AutoCloseable meters;
    /** Since when it does not listen because nobody polls; 0: it does. */
    private volatile long unpolledSince;

    /** A subscription and what it uses. */
    private final class Listening {

        final PgPubSub pubSub;
        final Subscription subscription;
        private final AtomicBoolean released = new AtomicBoolean();
        private volatile CompletableFuture<Void> end = CompletableFuture.completedFuture(null);

        Listening(PgPubSub pubSub, Subscription subscription) {
            this.pubSub = pubSub;
            this.subscription = subscription;
        }

        CompletableFuture<Void> end(Duration grace) {
            end = subscription.end(grace).thenRun(() -> {
                if (released.compareAndSet(false, true)) {
                    endpoint.releasePubSub(pubSub);
                }
            });
            return end;
        }

        /** What is to be processed before the end; with others behind the same member, the rest is for them. */
        int pending() {
            return end.isDone() ? 0 : subscription.status().queued() + begun.get();
        }
    }

    public PgPubSubConsumer(PgPubSubEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.codec = new PayloadCodec(endpoint.getConfiguration());
        this.questions = new GroupQuestions(
                task -> endpoint.getCamelContext().getExecutorServiceManager().newThread("pgpubsub members", task));
        setExceptionHandler(new QuietFailures(endpoint.getCamelContext()));
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        if (configuration.isFiltered() && configuration.isSingleListener()) {
            LOG.info("Channel {}: with filtered=true and a single listener, what this CamelContext sends while it is the listener"
                    + " reaches nobody in group {}", endpoint.getChannel(), configuration.getGroup());
        }
        subscribe();
        PgPubSubConsumerHealthCheck check = new PgPubSubConsumerHealthCheck(this);
        check.setEnabled(endpoint.getComponent().isHealthCheckConsumerEnabled());
        setHealthCheck(check);
        endpoint.getComponent().add(this);
        meters = Metering.ofConsumer(endpoint.getCamelContext(), this);
    }

    @Override
    protected void doResume() throws Exception {
        subscribe();
    }

    @Override
    protected void doSuspend() {
        unsubscribe();
    }

    @Override
    protected void doStop() throws Exception {
        endpoint.getComponent().remove(this);
        if (meters != null) {
            meters.close();
            meters = null;
        }
        questions.close();
        CompletableFuture<Void> end = unsubscribe();
        if (end.isDone()) {
            tellUnpolled();
            super.doStop();
        } else {
            long number = asked;
            end.thenRun(() -> stopLate(number));
        }
    }

    /** The route is needed until what was taken in is processed. */
    private void stopLate(long number) {
        synchronized (this) {
            if (asked != number) {
                return;
            }
            try {
                tellUnpolled();
                super.doStop();
            } catch (Exception e) {
                failed(e);
            }
        }
    }

    private void subscribe() throws Exception {
        Listening previous;
        long number;
        synchronized (this) {
            number = ++asked;
            previous = former;
            if (previous != null && previous.subscription.goOn()) {
                listening = previous;
                former = null;
                return;
            }
        }
        if (previous != null && !previous.end(Duration.ZERO).isDone() && isWithinAnExchange()) {
            // It waits for the former one, and that for this exchange.
            endpoint.getCamelContext().getExecutorServiceManager().newThread("pgpubsub resume", () -> subscribeLate(number)).start();
        } else {
            subscribe(number);
        }
    }

    private void subscribeLate(long number) {
        try {
            subscribe(number);
        } catch (Exception e) {
            failed(e);
        }
    }

    private void subscribe(long number) throws Exception {
        PgPubSub pubSub = endpoint.retainForListening();
        Listening next = null;
        try {
            next = new Listening(pubSub, pubSub.subscribe(options(), this, this));
        } finally {
            if (next == null) {
                endpoint.releasePubSub(pubSub);
            }
        }
        synchronized (this) {
            if (asked == number) {
                listening = next;
                former = null;
                return;
            }
        }
        next.end(Duration.ZERO);
    }

    /**
     * Route policies call this from within an exchange, on whatever thread that went on: then it must not be waited for here.
     * Another thread runs the end, and Camel's shutdown strategy waits for what is pending.
     */
    private CompletableFuture<Void> unsubscribe() {
        Listening left;
        synchronized (this) {
            asked++;
            left = listening;
            listening = null;
            if (left == null) {
                left = former;
            }
            former = left;
        }
        if (left == null) {
            return CompletableFuture.completedFuture(null);
        }
        boolean within = isWithinAnExchange();
        CompletableFuture<Void> end = left.end(within && isPassing() ? GRACE : Duration.ZERO);
        if (!within) {
            await(end);
        }
        return end;
    }

    /** Whether it may soon be resumed. */
    private boolean isPassing() {
        return isSuspending() && !getEndpoint().getCamelContext().isStopping();
    }

    /** Whether the caller is called by a route. That asks the exchange, wherever it went on, and not the thread. */
    private static boolean isWithinAnExchange() {
        return STACK.walk(frames -> frames.anyMatch(PgPubSubConsumer::isPartOfAnExchange));
    }

    private static boolean isPartOfAnExchange(StackWalker.StackFrame frame) {
        return Processor.class.isAssignableFrom(frame.getDeclaringClass()) && frame.getMethodName().equals("process")
                || AsyncCallback.class.isAssignableFrom(frame.getDeclaringClass()) && frame.getMethodName().equals("done");
    }

    /**
     * Waits while exchanges come to their ends; an exchange that does not may wait for the caller. While the context stops,
     * nobody goes on afterwards, so it waits to the end.
     */
    private void await(CompletableFuture<Void> end) {
        boolean interrupted = false;
        long seen = finished.get();
        long since = System.nanoTime();
        while (!end.isDone()) {
            try {
                end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | TimeoutException e) {
                LOG.trace("It has not ended yet");
            }
            long now = System.nanoTime();
            if (begun.get() == 0 || finished.get() != seen || getEndpoint().getCamelContext().isStopping()) {
                seen = finished.get();
                since = now;
            } else if (now - since > PATIENCE_NANOS) {
                LOG.debug("Channel {}: its end goes on when the exchanges in flight are done", getChannel());
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onInit() {
        start();
    }

    /** Who polls again listens again. */
    @Override
    public long beforePoll(long timeout) throws Exception {
        long since = unpolledSince;
        if (since != 0 && isStarted()) {
            subscribe();
            unpolledSince = 0;
            long missed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            LOG.warn("Channel {}: is polled again, and has missed what came for {} ms", getChannel(), missed);
            tell(new PgPubSubEvent.Gap(this, getRouteId(), getChannel(), missed));
        }
        return timeout;
    }

    @Override
    public void afterPoll() {
        // Nothing is held for a poll.
    }

    /** Its queue is full and nobody polls: to wait on would hold up all that share the session, and the server. */
    private void leaveUnpolled() {
        synchronized (this) {
            if (listening == null) {
                return;
            }
            asked++;
            former = listening;
            listening = null;
            unpolledSince = System.nanoTime();
            former.end(Duration.ZERO);
        }
        LOG.warn("Channel {}: nobody polls and the queue of the ConsumerTemplate or pollEnrich is full, so it stops listening until it is"
                + " polled again. What comes until then it misses; in a group another member may receive it. Stop a template that is"
                + " done, or set pollingConsumerBlockTimeout (milliseconds) and pollingConsumerQueueSize", getChannel());
    }

    /**
     * What is in Camel's queue was processed as far as its group and this consumer know, so that nobody else has it. Camel clears
     * the queue when it is shut down, without a word.
     */
    private void tellUnpolled() {
        int unpolled = getProcessor() instanceof EventDrivenPollingConsumer polling ? polling.getQueueSize() : 0;
        if (unpolled > 0) {
            LOG.warn("{}: {} messages were received and never polled by the ConsumerTemplate or pollEnrich that is stopped. They are lost:"
                    + " poll until nothing comes before it is stopped", name(), unpolled);
            tell(new PgPubSubEvent.Gap(this, getRouteId(), getChannel(), 0));
        }
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /** So that Camel waits, for its timeout at most, for what was taken in. */
    @Override
    public int getPendingExchangesSize() {
        Listening ending = former;
        return ending == null ? 0 : ending.pending();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {}

    private SubscriptionOptions options() {
        PgPubSubConfiguration configuration = endpoint.getConfiguration();
        return SubscriptionOptions.to(endpoint.getChannel())
                .name(name())
                .singleListener(configuration.isSingleListener())
                .group(configuration.getGroup())
                .filtered(configuration.isFiltered())
                .acquireInterval(Duration.ofMillis(configuration.getAcquireInterval()))
                .leaderTimeout(Duration.ofMillis(configuration.getLeaderTimeout()))
                .standbyBuffer(configuration.getStandbyBuffer())
                .queueSize(configuration.getQueueSize())
                .overflow(configuration.getOverflow())
                .memory(endpoint.memory())
                .concurrency(configuration.getConcurrentConsumers())
                .drainTimeout(drainTimeout())
                .build();
    }

    private String name() {
        return (getRouteId() == null ? "Channel " : "Route " + getRouteId() + ", channel ") + endpoint.getChannel();
    }

    /** A little less than Camel gives, so that what is unfinished then can still be handed over. */
    private Duration drainTimeout() {
        if (getProcessor() instanceof PollingConsumer) {
            return UNPOLLED;
        }
        ShutdownStrategy shutdown = endpoint.getCamelContext().getShutdownStrategy();
        return Duration.ofMillis(Math.min(Range.DURATION.most(), shutdown.getTimeUnit().toMillis(shutdown.getTimeout())) * 4 / 5);
    }

    /** Whether this consumer is the one that gets messages now. */
    @ManagedAttribute(description = "Whether this consumer gets messages now")
    public boolean isReceiving() {
        Listening current = listening;
        return current != null && current.subscription.isReceiving();
    }

    @Override
    public PgPubSubEndpoint getEndpoint() {
        return endpoint;
    }

    @Override
    public String getChannel() {
        return endpoint.getChannel();
    }

    @Override
    @ManagedAttribute(description = "Who shares a listener; empty without a single listener")
    public String getGroup() {
        return endpoint.getConfiguration().isSingleListener() ? endpoint.getConfiguration().getGroup() : "";
    }

    @Override
    public SubscriptionStatus status() {
        Listening current = listening;
        return current == null ? null : current.subscription.status();
    }

    @Override
    public void handle(Message message) {
        if (message instanceof Message.Gap gap && !isWanted(gap)) {
            return;
        }
        begun.incrementAndGet();
        try {
            handleAsExchange(message);
        } finally {
            begun.decrementAndGet();
            finished.incrementAndGet();
        }
    }

    private boolean isWanted(Message.Gap gap) {
        if (!gap.first()) {
            tell(new PgPubSubEvent.Gap(this, getRouteId(), gap.channel(), gap.missed().toMillis()));
        }
        return endpoint.getConfiguration().getGapMarker().marks(gap);
    }

    private void handleAsExchange(Message message) {
        Exchange exchange = createExchange(false);
        try {
            exchange.setIn(new PgPubSubMessage(endpoint.getCamelContext(), message));
            if (message instanceof Message.Notification notification) {
                exchange.getIn().setBody(codec.decode(notification.payload()));
            }
            process(exchange);
        } catch (InterruptedException e) {
            // The exchange belongs to the thread that goes on with it.
            report("The time to stop was up before a message of channel " + message.channel() + " was processed", null, e);
            Thread.currentThread().interrupt();
            return;
        } catch (Throwable e) {
            // An Error too: of the class that bodyType names, say. The next message may do.
            exchange.setException(e);
        }
        boolean unpolled = getProcessor() instanceof PollingConsumer && exchange.getException() instanceof ExchangeTimedOutException;
        if (exchange.getException() != null) {
            report("A message of channel " + message.channel() + " failed", exchange, exchange.getException());
        }
        releaseExchange(exchange, false);
        if (unpolled) {
            leaveUnpolled();
        }
        if (!isEnding()) {
            // Left behind by the route; what ends the thread is the end of the consumer.
            Thread.interrupted();
        }
    }

    /**
     * Waits for the end only where the route goes on in another thread. An interrupt that the route leaves behind is not meant
     * for this wait, one that comes during the wait is.
     */
    private void process(Exchange exchange) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        if (!getAsyncProcessor().process(exchange, doneSync -> ended.countDown())) {
            Thread.interrupted();
            await(ended);
        }
    }

    private void await(CountDownLatch ended) throws InterruptedException {
        while (true) {
            try {
                ended.await();
                return;
            } catch (InterruptedException e) {
                if (isEnding()) {
                    throw e;
                }
                // Left behind by the part of the route that ran in this thread.
            }
        }
    }

    private boolean isEnding() {
        return isStoppingOrStopped() || isSuspendingOrSuspended();
    }

    @Override
    public void failed(Exception failure) {
        report("Listening to channel " + endpoint.getChannel() + " failed", null, failure);
    }

    /** A handler that throws must not end the thread that reports. */
    private void report(String message, Exchange exchange, Throwable failure) {
        try {
            getExceptionHandler().handleException(message, exchange, failure);
        } catch (Throwable e) {
            LOG.error("{}, and the exception handler failed as well", message, e);
        }
    }

    @Override
    public void roleChanged(RoleChange change) {
        tell(new PgPubSubEvent.RoleChanged(this, getRouteId(), endpoint.getChannel(), change));
    }

    @Override
    public void reconnected(Duration lost) {
        tell(new PgPubSubEvent.Reconnected(this, getRouteId(), endpoint.getChannel(), lost));
    }

    private void tell(PgPubSubEvent event) {
        try {
            event.setTimestamp(System.currentTimeMillis());
            endpoint.getCamelContext().getManagementStrategy().notify(event);
        } catch (Throwable e) {
            report("An event could not be told: " + event, null, e);
        }
    }

    /**
     * The route fails where everybody can see it. An operator may start it again; a supervising route controller, which leaves
     * alone what was stopped, is asked to.
     */
    @Override
    public void gaveUp(Exception failure) {
        failed(failure);
        Route route = getRoute();
        if (route != null) {
            boolean supervised = route.getRouteController() != null;
            RouteController routes = endpoint.getCamelContext().getRouteController();
            try {
                routes.stopRoute(route.getRouteId(), failure);
                if (supervised) {
                    routes.startRoute(route.getRouteId());
                }
            } catch (Exception e) {
                // From a supervisor it means that it will try again.
                report("Route " + route.getRouteId() + " can't go on", null, e);
            }
        }
    }

    // ---- for JMX

    @ManagedAttribute(description = "Whether there is a connection to listen on")
    public boolean isConnected() {
        return read(SubscriptionStatus::connected, false);
    }

    @ManagedAttribute(description = "Backend that listens, 0: none")
    public int getBackend() {
        return read(status -> status.session().backend(), 0);
    }

    @ManagedAttribute(description = "Role in its group; empty without a single listener")
    public String getRole() {
        return readGroup(group -> group.role().name(), "");
    }

    @ManagedAttribute(description = "Backend that leads as far as this consumer knows, 0: none known")
    public int getLeader() {
        return readGroup(GroupStatus::leader, 0);
    }

    @Override
    @ManagedAttribute(description = "Application name of the backend that leads, empty: none known; asks the server when"
                                    + " another leads, for half a second at most")
    public String getLeaderName() {
        Listening current = listening;
        return current == null ? "" : questions.leaderName(current.subscription, getLeader(), A_MOMENT);
    }

    @ManagedAttribute(description = "Milliseconds for which the leader has led, -1: not known")
    public long getLeaderForMillis() {
        return readGroup(group -> group.leaderFor() == null ? -1L : group.leaderFor().toMillis(), -1L);
    }

    @ManagedAttribute(description = "Whether the standby holds all that the leader has not done, as far as this consumer knows")
    public boolean isInStep() {
        return readGroup(GroupStatus::inStep, false);
    }

    @ManagedAttribute(description = "Messages that wait for the route")
    public int getQueued() {
        return read(SubscriptionStatus::queued, 0);
    }

    @ManagedAttribute(description = "Messages handed to the route")
    public long getReceived() {
        return read(status -> status.counts().received(), 0L);
    }

    @ManagedAttribute(description = "Own messages left out")
    public long getFiltered() {
        return read(status -> status.counts().filtered(), 0L);
    }

    @ManagedAttribute(description = "Messages left out because the queue was full")
    public long getDropped() {
        return read(status -> status.counts().dropped(), 0L);
    }

    @ManagedAttribute(description = "Messages that an earlier listener may have processed")
    public long getRedelivered() {
        return read(status -> status.counts().redelivered(), 0L);
    }

    @ManagedAttribute(description = "Times in which messages may have been missed")
    public long getGaps() {
        return read(status -> status.counts().gaps(), 0L);
    }

    @ManagedAttribute(description = "Connections after the first")
    public long getReconnects() {
        return read(status -> status.session().reconnects(), 0L);
    }

    @ManagedAttribute(description = "Share of the server's notification queue in use, 0 to 1")
    public double getServerQueueUsage() {
        return read(status -> status.session().queueUsage(), 0.0);
    }

    @ManagedAttribute(description = "Whose full queue this consumer's session waits for; empty: it reads")
    public String getWaitsFor() {
        return read(status -> status.session().waitsFor() == null ? "" : status.session().waitsFor(), "");
    }

    @Override
    @ManagedAttribute(description = "Advisory locks that the consumers of this context hold as leaders and standbys")
    public int getContextLocks() {
        return LOCKS_OF_A_GROUP * ManagedComponent.of(endpoint.getCamelContext()).stream().mapToInt(ManagedComponent::groups).sum();
    }

    @ManagedAttribute(description = "Why this consumer can't go on although it is connected; empty: nothing")
    public String getTrouble() {
        return read(status -> status.trouble() == null ? "" : status.trouble(), "");
    }

    @ManagedOperation(description = "Who takes part in the group, and who leads; asks the server, for three seconds at most")
    public List<String> listMembers() {
        Listening current = listening;
        List<GroupMember> members = current == null ? List.of() : questions.members(current.subscription, AN_ANSWER);
        return members.stream().map(member -> member.backend() + " " + member.name()
                + (member.leader() ? " (leader)" : member.standby() ? " (standby)" : "")).toList();
    }

    private <T> T read(Function<SubscriptionStatus, T> value, T otherwise) {
        SubscriptionStatus status = status();
        return status == null ? otherwise : value.apply(status);
    }

    private <T> T readGroup(Function<GroupStatus, T> value, T otherwise) {
        return read(status -> status.group() == null ? otherwise : value.apply(status.group()), otherwise);
    }
}
