package io.github.pgpubsub.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.connect.ConnectionCustomizer;
import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.support.PostgresExtension;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerConnectionTest {

    @RegisterExtension
    static final PostgresExtension postgres = new PostgresExtension();

    @Test
    void commitsDoNotWaitForTheDisk() throws SQLException {
        postgres.execute(
                "do $$ begin execute format('alter database %I set synchronous_commit = on', current_database()); end $$");
        assertThat(synchronousCommit(postgres.url(), null)).isEqualTo("off");
    }

    @Test
    void whatTheUserHasSetStays() throws SQLException {
        String inTheUrl = postgres.url() + (postgres.url().contains("?") ? "&" : "?") + "options=-c%20synchronous_commit=local";
        assertThat(synchronousCommit(inTheUrl, null)).isEqualTo("local");
        assertThat(synchronousCommit(postgres.url(), connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET synchronous_commit = remote_apply");
            }
        })).isEqualTo("remote_apply");
    }

    /** In Kotlin and Groovy it can, although its interface does not say so. */
    @Test
    void aCustomizerThatThrowsAnythingLeavesNoConnection() throws SQLException {
        UrlConnectionSource source = new UrlConnectionSource(postgres.url(), postgres.user(), postgres.password());
        AtomicReference<Connection> opened = new AtomicReference<>();
        assertThatThrownBy(() -> ServerConnection.open(source, "test", Duration.ofSeconds(10), connection -> {
            opened.set(connection);
            throwAny(new IOException("said the test"));
        })).isInstanceOf(IOException.class);
        assertThat(opened.get().isClosed()).isTrue();
    }

    /** Otherwise the answer to UNLISTEN would come behind all of them, and the driver would keep them in memory. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPoolGetsAConnectionWithABacklogBackAborted(boolean backlog) throws SQLException {
        Pool pool = new Pool();
        try (ServerConnection connection = ServerConnection.open(pool, "test", Duration.ofSeconds(10), null)) {
            connection.jdbc().createStatement().execute("listen backlog");
            postgres.notify("backlog", 1, 10, 0);
            if (backlog) {
                connection.leavesBacklog();
            }
        }
        assertThat(pool.gotBackAborted).isEqualTo(backlog);
    }

    /** Looks at the connection that it gets back. */
    private static final class Pool implements ConnectionSource {

        private Boolean gotBackAborted;

        @Override
        public Connection open() throws SQLException {
            Connection real = postgres.connect();
            return (Connection) Proxy.newProxyInstance(Pool.class.getClassLoader(), new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            gotBackAborted = real.isClosed();
                        }
                        return method.invoke(real, arguments);
                    });
        }

        @Override
        public boolean pooled() {
            return true;
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAny(Throwable any) throws T {
        throw (T) any;
    }

    private static String synchronousCommit(String url, ConnectionCustomizer customizer) throws SQLException {
        UrlConnectionSource source = new UrlConnectionSource(url, postgres.user(), postgres.password());
        try (ServerConnection connection = ServerConnection.open(source, "test", Duration.ofSeconds(10), customizer);
                Statement statement = connection.jdbc().createStatement();
                ResultSet row = statement.executeQuery("show synchronous_commit")) {
            row.next();
            return row.getString(1);
        }
    }
}
