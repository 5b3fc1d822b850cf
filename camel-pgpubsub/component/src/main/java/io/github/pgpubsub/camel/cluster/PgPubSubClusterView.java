package io.github.pgpubsub.camel.cluster;

import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.status.GroupMember;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.cluster.CamelClusterEventListener;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterView;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member's view of a namespace.
 *
 * <p>A thread of this view calls the listeners one after the other, without holding a lock. Camel's AbstractCamelClusterView, the
 * usual base class, calls them under a lock that its removeEventListener needs too: a clustered route that is stopped while the
 * leader changes would deadlock with it.
 */
public final class PgPubSubClusterView extends ServiceSupport implements CamelClusterView {

    private static final Logger LOG = LoggerFactory.getLogger(PgPubSubClusterView.class);

    /** How often the view checks whether this member leads. */
    private static final long LOOK_MILLIS = 20;

    /** Another member, as the server described it when it was asked. */
    private record Other(String id, boolean leader) implements CamelClusterMember {

        @Override
        public String getId() {
            return id;
        }

        @Override
        public boolean isLeader() {
            return leader;
        }

        @Override
        public boolean isLocal() {
            return false;
        }
    }

    private final PgPubSubClusterService service;
    private final String namespace;
    private final LocalMember local = new LocalMember();
    private final List<CamelClusterEventListener> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Subscription subscription;
    private volatile boolean leaving;
    /** Whether the listeners were last told that this member leads. */
    private volatile boolean told;
    /** A caller, maybe a listener, has since got an answer that differs from {@link #told}. */
    private volatile boolean contradicted;
    private @Nullable CamelContext camelContext;
    private volatile @Nullable ScheduledExecutorService announcer;
    private volatile @Nullable Thread announcing;

    PgPubSubClusterView(PgPubSubClusterService service, String namespace) {
        this.service = service;
        this.namespace = namespace;
    }

    @Override
    protected void doStart() throws Exception {
        leaving = false;
        told = false;
        subscription = service.join(namespace, new Quiet());
        assert camelContext != null;
        announcer = camelContext.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "cluster " + namespace);
        Future<?> unused = announcer.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lets the listeners stop what they run, and only then makes way for the next leader. */
    @Override
    protected void doStop() {
        leaving = true;
        ScheduledExecutorService last = announcer;
        if (last != null) {
            awaitListeners(last);
            announcer = null;
        }
        Subscription left = subscription;
        if (left != null) {
            left.close();
            subscription = null;
        }
    }

    private void awaitListeners(ScheduledExecutorService last) {
        if (Thread.currentThread() == announcing) {
            announce();
            last.shutdown();
        } else if (listeners.isEmpty()) {
            last.shutdown();
        } else {
            last.execute(this::look);
            assert camelContext != null;
            ShutdownStrategy patience = camelContext.getShutdownStrategy();
            camelContext.getExecutorServiceManager().shutdownGraceful(last,
                    patience.getTimeUnit().toMillis(patience.getTimeout()));
        }
    }

    // ---- what listeners are told

    private void look() {
        calling(this::announce);
    }

    /** A listener that is called may stop this view. */
    private void calling(Runnable news) {
        announcing = Thread.currentThread();
        try {
            news.run();
        } finally {
            announcing = null;
        }
    }

    private void announce() {
        if ((told || contradicted) && (leaving || !receives())) {
            tell(false);
        } else if ((!told || contradicted) && leads()) {
            tell(true);
        }
    }

    private boolean receives() {
        Subscription current = subscription;
        assert current != null;
        return current.isReceiving();
    }

    private void tell(boolean leader) {
        contradicted = false;
        told = leader;
        // Reads the field for each listener: if a listener stops this view, the next ones hear the newer state.
        listeners.forEach(listener -> tellLeader(listener, told ? local : null));
    }

    private void tellLeader(CamelClusterEventListener listener, @Nullable CamelClusterMember leader) {
        if (listener instanceof CamelClusterEventListener.Leadership leadership) {
            withoutFail(() -> leadership.leadershipChanged(this, leader));
        }
    }

    private void withoutFail(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error e) {
            // The other listeners must still be called, now and later.
            LOG.warn("Namespace {}: a listener failed", namespace, e);
        }
    }

    /** The listener is soon told the current state, on the view's thread. */
    @Override
    public void addEventListener(CamelClusterEventListener listener) {
        if (listener == null) {
            return;
        }
        listeners.add(listener);
        ScheduledExecutorService current = announcer;
        if (current != null) {
            try {
                current.execute(() -> calling(() -> catchUp(listener)));
            } catch (RejectedExecutionException e) {
                LOG.debug("Namespace {} is stopping: the new listener is not called", namespace);
            }
        }
    }

    private void catchUp(CamelClusterEventListener listener) {
        if (!listeners.contains(listener)) {
            return;
        }
        tellLeader(listener, getLeader().orElse(null));
        if (listener instanceof CamelClusterEventListener.Membership membership) {
            withoutFail(() -> getMembers().forEach(member -> membership.memberAdded(this, member)));
        }
    }

    @Override
    public void removeEventListener(CamelClusterEventListener listener) {
        listeners.remove(listener);
    }

    // ---- members

    private boolean leads() {
        Subscription current = subscription;
        return !leaving && current != null && current.mayProcess();
    }

    /** Asks the server, unless this member leads. Empty if the server does not answer. */
    @Override
    public Optional<CamelClusterMember> getLeader() {
        return local.isLeader() ? Optional.of(local) : getMembers().stream().filter(CamelClusterMember::isLeader).findFirst();
    }

    @Override
    public CamelClusterMember getLocalMember() {
        return local;
    }

    /** Asks the server. Returns only this member if the server does not answer. */
    @Override
    public List<CamelClusterMember> getMembers() {
        Subscription current = subscription;
        try {
            if (current != null) {
                // The answer may come on another connection than the one that was there when it was asked for.
                int before = current.status().session().backend();
                List<GroupMember> members = current.members();
                int after = current.status().session().backend();
                return members.stream().filter(member -> !member.name().isEmpty())
                        .map(member -> member.backend() == before || member.backend() == after ? local : other(member)).toList();
            }
        } catch (SQLException e) {
            LOG.debug("Can't ask the server for the members of namespace {}", namespace, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of(local);
    }

    private static CamelClusterMember other(GroupMember member) {
        return new Other(PgPubSubClusterService.idOf(member.name()), member.leader());
    }

    @Override
    public PgPubSubClusterService getClusterService() {
        return service;
    }

    @Override
    public String getNamespace() {
        return namespace;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    /** This member. Each call of {@link #isLeader} checks anew. */
    private final class LocalMember implements CamelClusterMember {

        @Override
        public boolean isLeader() {
            boolean leads = leads();
            if (leads != told) {
                contradicted = true;
            }
            return leads;
        }

        @Override
        public boolean isLocal() {
            return true;
        }

        @Override
        public String getId() {
            return service.getId();
        }
    }

    private static final class Quiet implements SubscriptionListener {

        @Override
        public void failed(Exception failure) {
            LOG.debug("No connection", failure);
        }
    }
}
