package io.github.pgpubsub.camel;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.DataSourceConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.BeanIntrospection;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;

/** Finds the database that the options name: by url, by DataSource, or by the only DataSource in the registry. */
public final class Database {

    private Database() {}

    /**
     * Finds the source of listening connections.
     *
     * @param url        takes precedence over dataSource; null: none
     * @param user       null: the url's
     * @param password   null: the url's
     * @param dataSource null: none
     * @param autowired  whether the DataSource may come from the registry (Camel's option autowiredEnabled)
     * @param where      for error messages: where to set the two options
     * @throws IllegalArgumentException when neither is set, and the registry does not hold exactly one DataSource
     */
    public static ConnectionSource find(
            CamelContext context, @Nullable String url, @Nullable String user, @Nullable String password,
            @Nullable DataSource dataSource, boolean autowired,
            String where) {
        if (url != null) {
            return new UrlConnectionSource(url, user, password);
        }
        return new DataSourceConnectionSource(dataSource(context, dataSource, autowired, where));
    }

    /** Where the database is: hosts, ports and its name, without user and password. Null: a DataSource does not tell. */
    static @Nullable String location(CamelContext context, @Nullable String url, @Nullable DataSource dataSource) {
        try {
            if (url != null) {
                return new UrlConnectionSource(url, null, null).toString();
            }
            DataSource given = dataSource != null ? dataSource : context.getRegistry().findSingleByType(DataSource.class);
            String address = given == null ? null : urlOf(context, given);
            return address == null ? null : new UrlConnectionSource(address, null, null).toString();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Pools call it jdbcUrl or url. */
    private static @Nullable String urlOf(CamelContext context, DataSource dataSource) {
        BeanIntrospection beans = PluginHelper.getBeanIntrospection(context);
        for (String property : List.of("jdbcUrl", "url")) {
            Object value = beans.getOrElseProperty(dataSource, property, null, true);
            if (value instanceof String url && url.startsWith("jdbc:postgresql:")) {
                return url;
            }
        }
        return null;
    }

    /** @param given null: the only DataSource in the registry */
    static DataSource dataSource(CamelContext context, @Nullable DataSource given, boolean autowired, String where) {
        if (given != null) {
            return given;
        }
        if (!autowired) {
            throw new IllegalArgumentException("No database, and autowiredEnabled=false: set the option url or the option"
                    + " dataSource, " + where);
        }
        // findSingleByType, because among several DataSources Spring's registry returns the @Primary one.
        DataSource only = context.getRegistry().findSingleByType(DataSource.class);
        if (only == null) {
            int found = context.getRegistry().findByType(DataSource.class).size();
            throw new IllegalArgumentException((found == 0 ? "No database: set" : "The registry holds " + found
                    + " DataSources to choose from: set") + " the option url or the option dataSource, " + where);
        }
        return only;
    }
}
