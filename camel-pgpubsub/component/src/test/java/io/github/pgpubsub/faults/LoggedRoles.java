package io.github.pgpubsub.faults;

import io.github.pgpubsub.history.HistoryWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * Records each change of a member's role in a history, when it is logged. The session's thread writes the log line before the
 * member continues. Camel's events come later, on another thread, when the new leader may have begun messages already.
 */
final class LoggedRoles extends AbstractAppender implements AutoCloseable {

    private static final Pattern ROLE = Pattern.compile("Channel .*, group .*: ([A-Z_]+) \\(.*\\), after \\d+ ms as ([A-Z_]+)");

    /** Roles are logged at DEBUG. */
    private static final String MEMBERS = "io.github.pgpubsub.internal.subscription.GroupMembership";

    private final HistoryWriter history;

    private LoggedRoles(HistoryWriter history) {
        super("roles", null, null, false, Property.EMPTY_ARRAY);
        this.history = history;
    }

    /** Records the roles of all members in this JVM from now on. */
    static LoggedRoles into(HistoryWriter history) {
        LoggedRoles roles = new LoggedRoles(history);
        roles.start();
        Configurator.setLevel(MEMBERS, Level.DEBUG);
        root().addAppender(roles, Level.ALL, null);
        return roles;
    }

    private static LoggerConfig root() {
        return ((LoggerContext) LogManager.getContext(false)).getConfiguration().getRootLogger();
    }

    @Override
    public void append(LogEvent event) {
        Matcher role = ROLE.matcher(event.getMessage().getFormattedMessage());
        if (role.matches()) {
            history.role(role.group(2), role.group(1));
        }
    }

    @Override
    public void close() {
        root().removeAppender(getName());
        Configurator.setLevel(MEMBERS, Level.INFO);
        stop();
    }
}
