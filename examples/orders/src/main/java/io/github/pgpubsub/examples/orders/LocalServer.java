package io.github.pgpubsub.examples.orders;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** A PostgreSQL server that lives as long as the application, unless {@code spring.datasource.url} names another. */
final class LocalServer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext application) {
        if (application.getEnvironment().containsProperty("spring.datasource.url")) {
            return;
        }
        String password = UUID.randomUUID().toString();
        EmbeddedPostgres server = start(password);
        String url = "jdbc:postgresql://localhost:%d/postgres?user=postgres&password=%s".formatted(server.getPort(), password);
        application.getEnvironment().getPropertySources().addFirst(
                new MapPropertySource("local server", Map.of("spring.datasource.url", url)));
        // Ends after all beans, because it was there before them.
        ((DefaultListableBeanFactory) application.getBeanFactory()).registerDisposableBean("local server", server::close);
        System.out.printf("A second one, in another terminal:%n    examples/orders/run '--spring.datasource.url=%s'%n", url);
    }

    private static EmbeddedPostgres start(String password) {
        try {
            Path passwordFile = Files.writeString(Files.createTempFile("orders", null), password);
            try {
                return EmbeddedPostgres.builder()
                        .setRegisterShutdownHook(false)
                        .setPGStartupWait(Duration.ofSeconds(60))
                        // Options of initdb like any other: whoever connects needs the password.
                        .setLocaleConfig("auth-host", "scram-sha-256")
                        .setLocaleConfig("pwfile", passwordFile.toString())
                        .setConnectConfig("password", password)
                        .setServerConfig("unix_socket_directories", "")
                        .start();
            } finally {
                Files.delete(passwordFile);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start; --spring.datasource.url takes a server of your own", e);
        }
    }
}
