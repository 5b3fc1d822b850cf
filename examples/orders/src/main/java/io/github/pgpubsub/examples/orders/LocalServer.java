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
 * A place at the server that all processes of this example share, unless {@code spring.datasource.url} names another. It
 * stays as long as one of them does.
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
        // Ends after all beans, because it was there before them.
        ((DefaultListableBeanFactory) application.getBeanFactory()).registerDisposableBean("local server", seat::close);
    }

    private static Seat join() {
        try {
            return new SharedServer("orders", SharedServer.defaultFolder("orders"), System.out::println).join();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL can't be used; --spring.datasource.url takes a server of your own", e);
        }
    }
}
