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

/** Elects one leader per namespace, among all cluster services that use the namespace in one database. */
@Metadata(label = "bean", description = "Elects cluster leaders in a PostgreSQL database, without tables or extensions",
        annotations = {"interfaceName=org.apache.camel.cluster.CamelClusterService"})
@Configurer
public class PgPubSubClusterService extends AbstractCamelClusterService<PgPubSubClusterView> {

    /** Only names the groups: no message is sent on this channel. */
    private static final String CHANNEL = "camel-cluster";

    /**
     * Prefix and suffix of a session's application name. Other members read the id between; PostgreSQL cuts the name at 63
     * bytes.
     */
    private static final String NAME_BEGIN = "camel-cluster ";
    private static final String NAME_END = " listen";
    private static final int MAX_ID = 63 - NAME_BEGIN.length() - NAME_END.length();

    /** Shorter pauses than a consumer's defaults, because no clustered route runs while no member can connect. */
    private static final Duration RECONNECT_DELAY = Duration.ofMillis(100);
    private static final Duration RECONNECT_MAX_DELAY = Duration.ofSeconds(5);

    /** Time limit for the few round trips of an orderly leave. */
    private static final Duration LEAVE = Duration.ofSeconds(10);

    @Metadata(description = "The database: a JDBC URL (jdbc:postgresql://host:port/db) or a libpq URI (postgres://host:port/db)",
            label = "security", secret = true)
    private @Nullable String url;
    @Metadata(description = "The database user. Takes precedence over a user in the url", label = "security", secret = true)
    private @Nullable String user;
    @Metadata(description = "The user's password. Takes precedence over a password in the url", label = "security", secret = true)
    private @Nullable String password;
    @Metadata(description = "The source of the single connection when url is not set."
            + " The default is the only DataSource in the registry")
    private @Nullable DataSource dataSource;
    @Metadata(description = "Bean that is called with each new connection before its first use", label = "advanced")
    private @Nullable ConnectionCustomizer connectionCustomizer;
    @Metadata(description = "How often the standby checks whether the leader is gone",
            defaultValue = "500", javaType = "java.time.Duration", label = "advanced")
    private long acquireInterval = 500;
    @Metadata(description = "How long the leader may be without a sign of life before a standby deposes it. The leader itself"
            + " stops leading after half of this time without an answer from the server. 0: no leader is deposed",
            defaultValue = "10000", javaType = "java.time.Duration", label = "advanced")
    private long leaderTimeout = 10_000;

    private @Nullable PgPubSub pubSub;

    /** Creates a service with a random id; {@link #setId} changes it. */
    public PgPubSubClusterService() {
        super(UUID.randomUUID().toString());
    }

    /** @param id see {@link #setId} */
    public PgPubSubClusterService(String id) {
        super(checkId(id));
    }

    /** Sets the id of this member, which other members see: 1 to 42 printable ASCII characters, unique among all services. */
    @Override
    public void setId(String id) {
        super.setId(checkId(id));
    }

    private static String checkId(@Nullable String id) {
        if (id == null || id.isEmpty() || id.length() > MAX_ID || !id.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("The id of a cluster service is part of its session's"
                    + " application_name, so it must have 1 to " + MAX_ID + " printable ASCII characters"
                    + (id == null ? "" : ": " + id + " has " + id.getBytes(StandardCharsets.UTF_8).length + " bytes"));
        }
        return id;
    }

    /** Returns the id in a session's application name, or the whole name if the session has a name of another form. */
    static String idOf(String applicationName) {
        return applicationName.startsWith(NAME_BEGIN) && applicationName.endsWith(NAME_END)
                ? applicationName.substring(NAME_BEGIN.length(), applicationName.length() - NAME_END.length()) : applicationName;
    }

    @Override
    protected PgPubSubClusterView createView(String namespace) {
        return new PgPubSubClusterView(this, namespace);
    }

    /** Releases a view that could not join, so that the next call tries again. */
    @Override
    public synchronized CamelClusterView getView(String namespace) throws Exception {
        try {
            return super.getView(namespace);
        } catch (RuntimeException e) {
            // Camel releases views by name, so any instance will do.
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
                    // A stranger's message on our channel, or a gap: the election depends on neither.
                }, listener);
    }

    public @Nullable String getUrl() {
        return url;
    }

    /** The database: a JDBC URL (jdbc:postgresql://host:port/db) or a libpq URI (postgres://host:port/db). */
    public void setUrl(@Nullable String url) {
        this.url = url;
    }

    public @Nullable String getUser() {
        return user;
    }

    /** The database user. Takes precedence over a user in the url. */
    public void setUser(@Nullable String user) {
        this.user = user;
    }

    public @Nullable String getPassword() {
        return password;
    }

    /** The user's password. Takes precedence over a password in the url. */
    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public @Nullable DataSource getDataSource() {
        return dataSource;
    }

    /** The source of the single connection when url is not set. The default is the only DataSource in the registry. */
    public void setDataSource(@Nullable DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public @Nullable ConnectionCustomizer getConnectionCustomizer() {
        return connectionCustomizer;
    }

    /** Called with each new connection before its first use, for example to set a role. */
    public void setConnectionCustomizer(@Nullable ConnectionCustomizer connectionCustomizer) {
        this.connectionCustomizer = connectionCustomizer;
    }

    public long getAcquireInterval() {
        return acquireInterval;
    }

    /**
     * How often the standby checks whether the leader is gone, in milliseconds: 1 ms to 24 days. Default: 500.
     *
     * @throws IllegalArgumentException when the value is out of range
     */
    public void setAcquireInterval(long acquireInterval) {
        this.acquireInterval = Range.DURATION.check("The option acquireInterval", acquireInterval);
    }

    public long getLeaderTimeout() {
        return leaderTimeout;
    }

    /**
     * How long the leader may hold the lock without a sign of life before a standby deposes it, in milliseconds: 100 ms to 24
     * days. The leader itself stops leading after half of this time without an answer from the server. 0: no leader is deposed.
     * If members have different values, the leader's value counts.
     *
     * <p>Default: 10,000. This is less than a consumer's default, because a consumer's messages wait for the next leader, while a
     * clustered route does nothing until the next leader runs it. Half of it is still longer than usual pauses. The leader sends
     * a notification every sixth of this time.
     *
     * @throws IllegalArgumentException when the value is out of range
     */
    public void setLeaderTimeout(long leaderTimeout) {
        this.leaderTimeout = Range.LEADER_TIMEOUT.check("The option leaderTimeout", leaderTimeout);
    }
}
