package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.PublisherStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;

/** A component as its operators see it. */
public interface ManagedComponent {

    /** The leader's or the standby's, and the one that shows who takes part. */
    int LOCKS_OF_A_GROUP = 2;

    /** The consumers that are started or suspended. */
    Collection<? extends ManagedConsumer> consumers();

    /**
     * How publishing connections stand, by what names their server. When there are several to one server, as other connection
     * options make them, the second is called {@code host:port/database (2)}, and so on.
     */
    Map<String, PublisherStatus> publishers();

    /** Of how many groups its sessions are members. */
    int groups();

    /** Advisory locks that the consumers of the context hold at the server as leaders and standbys. */
    static int locks(CamelContext context) {
        return LOCKS_OF_A_GROUP * of(context).stream().mapToInt(ManagedComponent::groups).sum();
    }

    /** Those of the context, under whatever names. */
    static List<ManagedComponent> of(CamelContext context) {
        return context.getComponentNames().stream().map(context::hasComponent)
                .filter(ManagedComponent.class::isInstance).map(ManagedComponent.class::cast).distinct().toList();
    }
}
