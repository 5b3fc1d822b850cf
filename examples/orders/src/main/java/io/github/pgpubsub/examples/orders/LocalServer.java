package io.github.pgpubsub.examples.orders;

import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Map;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Connects the application to the server that all processes of this example share, unless {@code spring.datasource.url} is set.
 * The shared server runs as long as one of the processes does.
 */
final class LocalServer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext application) {
        if (application.getEnvironment().containsProperty("spring.datasource.url")) {
            return;
        }
        Seat seat = join();
        application.getEnvironment().getPropertySources().addFirst(
                new MapPropertySource("local server", Map.of("spring.datasource.url", seat.url())));
        // Registered before all beans, so it is closed after them.
        ((DefaultListableBeanFactory) application.getBeanFactory()).registerDisposableBean("local server", seat::close);
    }

    private static Seat join() {
        try {
            return new SharedServer("orders", SharedServer.defaultFolder("orders"), System.out::println).join();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The example's PostgreSQL server can't be used. To use your own server, pass --spring.datasource.url", e);
        }
    }
}
