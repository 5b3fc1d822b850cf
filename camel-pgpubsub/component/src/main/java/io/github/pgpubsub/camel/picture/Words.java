package io.github.pgpubsub.camel.picture;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.status.Role;
import io.github.pgpubsub.status.RoleChange;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says what happened without the texts of events: those may repeat what an exception or the server said. */
final class Words {

    /** The application names that the component gives to its sessions. */
    private static final Pattern SESSION = Pattern.compile("pgpubsub (.*?)( listen| read)?");

    private Words() {}

    /** Null: nothing that the picture shows. */
    static @Nullable String of(PgPubSubEvent event) {
        if (event instanceof PgPubSubEvent.RoleChanged changed) {
            return of(changed.getChange());
        } else if (event instanceof PgPubSubEvent.Reconnected again) {
            return "connected again after " + again.getLost().toMillis() + " ms";
        } else if (event instanceof PgPubSubEvent.Gap gap) {
            return "messages may have been missed" + (gap.getMillis() > 0 ? ", for " + gap.getMillis() + " ms" : "");
        } else if (event instanceof PgPubSubEvent.Parked) {
            return "a message was parked";
        } else if (event instanceof PgPubSubEvent.Skipped) {
            return "a failed message was skipped";
        } else if (event instanceof PgPubSubEvent.Missed) {
            return "messages were given up before the group had read them";
        } else if (event instanceof PgPubSubEvent.Deposed) {
            return "another process took this one's place";
        }
        return null;
    }

    private static String of(RoleChange change) {
        if (change.from() == change.to()) {
            return change.inStep() ? "in step: holds all unfinished messages" : "no longer in step";
        }
        return switch (change.to()) {
            case DISCONNECTED -> "lost the connection";
            case COLD -> "waits";
            case STANDBY -> "stands by";
            case TAKING_OVER -> "takes over";
            case LEADER -> change.from() == Role.TAKING_OVER || change.from() == Role.STANDBY ? "leads now" : "leads";
            case RESIGNING -> "hands over";
            case STOPPED -> "left the group";
        };
    }

    /** The process of a session, by the session's application name. */
    static String process(String applicationName) {
        Matcher session = SESSION.matcher(applicationName);
        return session.matches() ? session.group(1) : applicationName;
    }
}
