package io.github.pgpubsub.transport;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.github.pgpubsub.support.PostgresExtension;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.postgresql.Driver;

/** Common connection pools, with their default settings except size and connection timeout. */
enum Pool {

    HIKARI {
        @Override
        Opened open(PostgresExtension postgres, String url, int size, boolean autoCommit) {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(url);
            pool.setUsername(postgres.user());
            pool.setPassword(postgres.password());
            pool.setMaximumPoolSize(size);
            pool.setAutoCommit(autoCommit);
            pool.setConnectionTimeout(WAIT.toMillis());
            return new Opened(pool, pool);
        }
    },

    DBCP {
        @Override
        Opened open(PostgresExtension postgres, String url, int size, boolean autoCommit) {
            BasicDataSource pool = new BasicDataSource();
            pool.setUrl(url);
            pool.setUsername(postgres.user());
            pool.setPassword(postgres.password());
            pool.setMaxTotal(size);
            pool.setDefaultAutoCommit(autoCommit);
            pool.setMaxWait(WAIT);
            return new Opened(pool, pool);
        }
    },

    TOMCAT {
        @Override
        Opened open(PostgresExtension postgres, String url, int size, boolean autoCommit) {
            org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
            pool.setDriverClassName(Driver.class.getName());
            pool.setUrl(url);
            pool.setUsername(postgres.user());
            pool.setPassword(postgres.password());
            pool.setInitialSize(0);
            pool.setMaxActive(size);
            pool.setDefaultAutoCommit(autoCommit);
            pool.setMaxIdle(size);
            pool.setMinIdle(0);
            pool.setMaxWait(Math.toIntExact(WAIT.toMillis()));
            return new Opened(pool, () -> pool.close(true));
        }
    },

    /** This pool has no setting for autocommit, and always turns it on. */
    C3P0 {
        @Override
        Opened open(PostgresExtension postgres, String url, int size, boolean autoCommit) {
            ComboPooledDataSource pool = new ComboPooledDataSource();
            pool.setJdbcUrl(url);
            pool.setUser(postgres.user());
            pool.setPassword(postgres.password());
            pool.setInitialPoolSize(0);
            pool.setMinPoolSize(0);
            pool.setMaxPoolSize(size);
            pool.setCheckoutTimeout(Math.toIntExact(WAIT.toMillis()));
            return new Opened(pool, pool);
        }
    },

    /** By default this pool never recognises a broken connection and hands it out again, so Quarkus sets this sorter, too. */
    AGROAL {
        @Override
        Opened open(PostgresExtension postgres, String url, int size, boolean autoCommit) throws Exception {
            AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(connections -> connections.maxSize(size).acquisitionTimeout(WAIT)
                            .exceptionSorter(new PostgreSQLExceptionSorter())
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url).autoCommit(autoCommit)
                                    .principal(new NamePrincipal(postgres.user()))
                                    .credential(new SimplePassword(postgres.password())))));
            return new Opened(pool, pool);
        }
    };

    private static final Duration WAIT = Duration.ofSeconds(5);

    record Opened(DataSource dataSource, AutoCloseable end) implements AutoCloseable {

        @Override
        public void close() throws Exception {
            end.close();
        }
    }

    Opened open(PostgresExtension postgres, String url, int size) throws Exception {
        return open(postgres, url, size, true);
    }

    abstract Opened open(PostgresExtension postgres, String url, int size, boolean autoCommit) throws Exception;
}
