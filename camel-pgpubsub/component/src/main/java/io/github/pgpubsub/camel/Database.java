package io.github.pgpubsub.camel;

import io.github.pgpubsub.connect.ConnectionSource;
import io.github.pgpubsub.connect.DataSourceConnectionSource;
import io.github.pgpubsub.connect.UrlConnectionSource;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Where options lead to: the database of a url, of a DataSource, or of the only DataSource in the registry. */
public final class Database {

    private Database() {}

    /**
     * Finds where to listen.
     *
     * @param url        null: none; wins over the dataSource
     * @param user       null: the url's
     * @param password   null: the url's
     * @param dataSource null: none
     * @param autowired  whether the registry may be asked (Camel's option autowiredEnabled)
     * @param where      tells people where the two options are set
     * @throws IllegalArgumentException when there is neither, or the registry holds several to choose from
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

    /** The DataSource itself; null: the only one in the registry. */
    static DataSource dataSource(CamelContext context, @Nullable DataSource given, boolean autowired, String where) {
        if (given != null) {
            return given;
        }
        if (!autowired) {
            throw new IllegalArgumentException("No database, and autowiredEnabled=false: set the option url or the option"
                    + " dataSource, " + where);
        }
        // Where Spring knows several, one may be its @Primary.
        DataSource only = context.getRegistry().findSingleByType(DataSource.class);
        if (only == null) {
            int found = context.getRegistry().findByType(DataSource.class).size();
            throw new IllegalArgumentException((found == 0 ? "No database: set" : "The registry holds " + found
                    + " DataSources to choose from: set") + " the option url or the option dataSource, " + where);
        }
        return only;
    }
}
