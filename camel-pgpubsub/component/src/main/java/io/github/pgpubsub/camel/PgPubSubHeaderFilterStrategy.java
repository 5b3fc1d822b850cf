package io.github.pgpubsub.camel;

import org.apache.camel.support.DefaultHeaderFilterStrategy;

/** Lets all headers pass in both directions, except Camel's own. */
public class PgPubSubHeaderFilterStrategy extends DefaultHeaderFilterStrategy {

    @SuppressWarnings("this-escape")
    public PgPubSubHeaderFilterStrategy() {
        setLowerCase(true);
        setOutFilterStartsWith(CAMEL_FILTER_STARTS_WITH);
        setInFilterStartsWith(CAMEL_FILTER_STARTS_WITH);
    }
}
