package io.github.pgpubsub.support;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/**
 * Everything that is logged while it is open, by whatever library, at TRACE (Camel itself at DEBUG), stack traces included.
 * The console is spared.
 */
public final class LoggedLines implements AutoCloseable {

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private LoggedLines() {
        var root = context.getConfiguration().getRootLogger();
        List.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender);
        Appender appender = new Appender(lines);
        appender.start();
        root.addAppender(appender, Level.ALL, null);
        Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.TRACE);
        Configurator.setLevel("org.apache.camel", Level.DEBUG);
    }

    public static LoggedLines capture() {
        return new LoggedLines();
    }

    public List<String> lines() {
        return lines;
    }

    /** Back to what the configuration file says. */
    @Override
    public void close() {
        context.reconfigure();
    }

    private static final class Appender extends AbstractAppender {

        private final List<String> lines;

        Appender(List<String> lines) {
            super("captured", null, null, false, Property.EMPTY_ARRAY);
            this.lines = lines;
        }

        @Override
        public void append(LogEvent event) {
            StringWriter line = new StringWriter();
            line.append(event.getLevel() + " " + event.getLoggerName() + " " + event.getThreadName() + " "
                    + event.getMessage().getFormattedMessage());
            if (event.getThrown() != null) {
                event.getThrown().printStackTrace(new PrintWriter(line.append('\n'), true));
            }
            lines.add(line.toString());
        }
    }
}
