package io.github.pgpubsub.camel.management;

import io.github.pgpubsub.status.PublisherStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;

/** The operator's view of a component. */
public interface ManagedComponent {

    /** Locks of a leader or standby: the lock of its role, and the presence lock. */
    int LOCKS_OF_A_GROUP = 2;

    /** All started and suspended consumers. */
    Collection<? extends ManagedConsumer> consumers();

    /**
     * The state of each publishing connection, by server name. If different connection options lead to several connections to one
     * server, the second connection is called {@code host:port/database (2)}, and so on.
     */
    Map<String, PublisherStatus> publishers();

    /** Number of groups that the component's sessions are members of. */
    int groups();

    /** Whether {@link io.github.pgpubsub.camel.picture.GroupPicture} shows the component's consumers. */
    boolean isGroupPicture();

    /** Number of advisory locks that the context's consumers hold on the server as leaders and standbys. */
    static int locks(CamelContext context) {
        return LOCKS_OF_A_GROUP * of(context).stream().mapToInt(ManagedComponent::groups).sum();
    }

    /** All pgpubsub components of the context, whatever their names. */
    static List<ManagedComponent> of(CamelContext context) {
        return context.getComponentNames().stream().map(context::hasComponent)
                .filter(ManagedComponent.class::isInstance).map(ManagedComponent.class::cast).distinct().toList();
    }
}
