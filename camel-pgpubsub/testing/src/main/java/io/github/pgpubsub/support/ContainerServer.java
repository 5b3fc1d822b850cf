package io.github.pgpubsub.support;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** A server in a container. Testcontainers removes it after the end of this JVM, even after a kill. */
final class ContainerServer implements PostgresServer {

    private final PostgreSQLContainer container;

    private ContainerServer(PostgreSQLContainer container) {
        this.container = container;
    }

    /**
     * Whether a Docker engine answers and has the image, if necessary after a pull. Testcontainers itself would search seconds
     * for an engine and minutes for an image, so it is used only if both are there.
     */
    static boolean available(String image) {
        return mayHaveEngine() && DockerClientFactory.instance().isDockerAvailable() && present(image);
    }

    private static boolean present(String image) {
        DockerClient docker = DockerClientFactory.lazyClient();
        try {
            docker.inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException notYet) {
            return pulled(docker, DockerImageName.parse(image));
        }
    }

    private static boolean pulled(DockerClient docker, DockerImageName image) {
        try {
            return docker.pullImageCmd(image.getUnversionedPart()).withTag(image.getVersionPart()).start()
                    .awaitCompletion(3, TimeUnit.MINUTES);
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(ContainerServer.class)
                    .warn("Docker answers, but there is no {}: {}", image, e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean mayHaveEngine() {
        Path home = Path.of(System.getProperty("user.home"));
        Stream<Path> sockets = Stream.of(
                Path.of("/var/run/docker.sock"),
                home.resolve(".docker/run/docker.sock"),
                home.resolve(".docker/desktop/docker.sock"),
                Path.of(Objects.requireNonNullElse(System.getenv("XDG_RUNTIME_DIR"), "/run"), "docker.sock"));
        return System.getenv("DOCKER_HOST") != null || sockets.anyMatch(Files::exists);
    }

    static ContainerServer start(String image) {
        PostgreSQLContainer container = new PostgreSQLContainer(
                DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"))
                .withDatabaseName("postgres")
                .withUsername("postgres")
                .withPassword(UUID.randomUUID().toString());
        container.setCommand(Stream.concat(Stream.of("postgres"),
                SETTINGS.entrySet().stream().flatMap(s -> Stream.of("-c", s.getKey() + "=" + s.getValue())))
                .toArray(String[]::new));
        container.start();
        return new ContainerServer(container);
    }

    @Override
    public String host() {
        return container.getHost();
    }

    @Override
    public int port() {
        return container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT);
    }

    @Override
    public String superuser() {
        return container.getUsername();
    }

    @Override
    public String password() {
        return container.getPassword();
    }

    @Override
    public String database() {
        return container.getDatabaseName();
    }

    @Override
    public void close() {
        container.stop();
    }

    @Override
    public String toString() {
        return "PostgreSQL in " + container.getDockerImageName();
    }
}
