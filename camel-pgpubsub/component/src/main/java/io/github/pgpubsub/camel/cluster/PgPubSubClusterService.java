package io.github.pgpubsub.camel.cluster;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.Subscription;
import io.github.pgpubsub.SubscriptionListener;
import io.github.pgpubsub.SubscriptionOptions;
import io.github.pgpubsub.camel.Database;
import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.internal.Range;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.cluster.CamelClusterView;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.support.cluster.AbstractCamelClusterService;
import org.jspecify.annotations.Nullable;

/** Elects one leader for each namespace, of all services on one database that have it. */
@Metadata(label = "bean", description = "Elects cluster leaders in a PostgreSQL database, without tables or extensions",
        annotations = {"interfaceName=org.apache.camel.cluster.CamelClusterService"})
@Configurer
public class PgPubSubClusterService extends AbstractCamelClusterService<PgPubSubClusterView> {

    /** Nothing is sent on it, but it names the groups. */
    private static final String CHANNEL = "camel-cluster";

    /** Others read a member's id between these in its session's application name, which PostgreSQL cuts at 63 bytes. */
    private static final String NAME_BEGIN = "camel-cluster ";
    private static final String NAME_END = " listen";
    private static final int MAX_ID = 63 - NAME_BEGIN.length() - NAME_END.length();

    /** While nobody can connect no route runs: so it is tried more often than a consumer does by default. */
    private static final Duration RECONNECT_DELAY = Duration.ofMillis(100);
    private static final Duration RECONNECT_MAX_DELAY = Duration.ofSeconds(5);

    /** For the few round trips of an orderly leave. */
    private static final Duration LEAVE = Duration.ofSeconds(10);

    @Metadata(description = "Where the database is: a JDBC URL, or a libpq URI (postgres://host:port/db)",
            label = "security", secret = true)
    private @Nullable String url;
    @Metadata(description = "The user to connect as; wins over one in the url", label = "security", secret = true)
    private @Nullable String user;
    @Metadata(description = "The user's password; wins over one in the url", label = "security", secret = true)
    private @Nullable String password;
    @Metadata(description = "Where the one connection comes from when there is no url."
            + " The default is the only one in the registry")
    private @Nullable DataSource dataSource;
    @Metadata(description = "Called with each new connection before it is used", label = "advanced")
    private @Nullable ConnectionCustomizer connectionCustomizer;
    @Metadata(description = "How often the next in line looks whether the leader is gone",
            defaultValue = "500", javaType = "java.time.Duration", label = "advanced")
    private long acquireInterval = 500;
    @Metadata(description = "A leader that shows no life for this long is deposed; for half of that without an answer"
            + " from the server it counts itself as leader. 0: nobody is deposed",
            defaultValue = "10000", javaType = "java.time.Duration", label = "advanced")
    private long leaderTimeout = 10_000;

    private @Nullable PgPubSub pubSub;

    /** Its id is a random one until {@link #setId} gives another. */
    public PgPubSubClusterService() {
        super(UUID.randomUUID().toString());
    }

    /** @param id see {@link #setId} */
    public PgPubSubClusterService(String id) {
        super(checkId(id));
    }

    /** What other members call this one: 1 to 42 printable ASCII characters. No two services should have the same. */
    @Override
    public void setId(String id) {
        super.setId(checkId(id));
    }

    private static String checkId(@Nullable String id) {
        if (id == null || id.isEmpty() || id.length() > MAX_ID || !id.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("The id of a cluster service is what others see of it in its session's"
                    + " application_name, so it must have 1 to " + MAX_ID + " printable ASCII characters"
                    + (id == null ? "" : ": " + id + " has " + id.getBytes(StandardCharsets.UTF_8).length + " bytes"));
        }
        return id;
    }

    /** The id in a session's application name; the whole name where somebody has given it another. */
    static String idOf(String applicationName) {
        return applicationName.startsWith(NAME_BEGIN) && applicationName.endsWith(NAME_END)
                ? applicationName.substring(NAME_BEGIN.length(), applicationName.length() - NAME_END.length()) : applicationName;
    }

    @Override
    protected PgPubSubClusterView createView(String namespace) {
        return new PgPubSubClusterView(this, namespace);
    }

    /** A view that could not join is not held, so who asks for it again tries again. */
    @Override
    public synchronized CamelClusterView getView(String namespace) throws Exception {
        try {
            return super.getView(namespace);
        } catch (RuntimeException e) {
            // It is released by its name.
            releaseView(createView(namespace));
            throw e;
        }
    }

    @Override
    protected void doStart() throws Exception {
        CamelContext context = Objects.requireNonNull(getCamelContext(),
                "The cluster service has no CamelContext: use addService");
        pubSub = PgPubSub.to(Database.find(context, url, user, password, dataSource, context.isAutowiredEnabled(),
                "on the cluster service"))
                .name(NAME_BEGIN + getId())
                .customizer(connectionCustomizer)
                .reconnect(RECONNECT_DELAY, RECONNECT_MAX_DELAY)
                .threads((name, task) -> context.getExecutorServiceManager().newThread(name, task))
                .build();
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        if (pubSub != null) {
            pubSub.close();
            pubSub = null;
        }
    }

    Subscription join(String namespace, SubscriptionListener listener) throws SQLException, InterruptedException {
        PgPubSub current = pubSub;
        assert current != null;
        return current.subscribe(SubscriptionOptions.to(CHANNEL)
                .name("Cluster namespace " + namespace)
                .group(namespace)
                .acquireInterval(Duration.ofMillis(acquireInterval))
                .leaderTimeout(Duration.ofMillis(leaderTimeout))
                .drainTimeout(LEAVE)
                .build(), message -> {
                    // Somebody uses our channel, or there was a gap: nothing here depends on it.
                }, listener);
    }

    public @Nullable String getUrl() {
        return url;
    }

    /** Where the database is: a JDBC URL (jdbc:postgresql://host:port/db) or a libpq URI (postgres://host:port/db). */
    public void setUrl(@Nullable String url) {
        this.url = url;
    }

    public @Nullable String getUser() {
        return user;
    }

    /** The user to connect as; wins over one in the url. */
    public void setUser(@Nullable String user) {
        this.user = user;
    }

    public @Nullable String getPassword() {
        return password;
    }

    /** The user's password; wins over one in the url. */
    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    /** Where the one connection comes from when there is no url. The default is the only DataSource in the registry. */
    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public @Nullable ConnectionCustomizer getConnectionCustomizer() {
        return connectionCustomizer;
    }

    /** Called with each new connection before it is used, for instance to set a role. */
    public void setConnectionCustomizer(@Nullable ConnectionCustomizer connectionCustomizer) {
        this.connectionCustomizer = connectionCustomizer;
    }

    public long getAcquireInterval() {
        return acquireInterval;
    }

    /**
     * How often the next in line looks whether the leader is gone, in milliseconds, from 1 to what 24 days have. Default: 500.
     *
     * @throws IllegalArgumentException when it is out of that range
     */
    public void setAcquireInterval(long acquireInterval) {
        this.acquireInterval = Range.DURATION.check("The option acquireInterval", acquireInterval);
    }

    public long getLeaderTimeout() {
        return leaderTimeout;
    }

    /**
     * A leader that holds the lock and shows no life for so many milliseconds is deposed: 100 to what 24 days have. One that has no
     * answer from the server
     * for half of that stops being leader by itself. 0: nobody is deposed. When members differ, the leader's value counts.
     *
     * <p>Default: 10,000, less than a consumer's, because the messages of a consumer wait for the next leader, and routes that
     * nobody runs do nothing. Half of it is still longer than usual pauses, and the leader sends a notification each sixth of it.
     *
     * @throws IllegalArgumentException when it is out of that range
     */
    public void setLeaderTimeout(long leaderTimeout) {
        this.leaderTimeout = Range.LEADER_TIMEOUT.check("The option leaderTimeout", leaderTimeout);
    }
}
