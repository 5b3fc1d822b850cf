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
 * Captures all log events of all libraries while it is open, at TRACE (Camel at DEBUG), with stack traces. They are not printed
 * on the console.
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

    /** Restores the configuration of the file. */
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
