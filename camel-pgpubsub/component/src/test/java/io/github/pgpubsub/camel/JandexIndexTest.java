package io.github.pgpubsub.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.spi.annotations.Component;
import org.jboss.jandex.Index;
import org.jboss.jandex.IndexReader;
import org.junit.jupiter.api.Test;

/** Quarkus finds classes only through the index of a jar. */
class JandexIndexTest {

    @Test
    void theIndexLiesBesideTheClassesAndHasThem() throws Exception {
        Path classes = Path.of(PgPubSubComponent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Index index;
        try (InputStream file = Files.newInputStream(classes.resolve("META-INF/jandex.idx"))) {
            index = new IndexReader(file).read();
        }

        assertThat(index.getAnnotations(Component.class))
                .extracting(annotation -> annotation.target().asClass().name().toString())
                .containsExactly(PgPubSubComponent.class.getName());
        assertThat(index.getClassByName(PgPubSubComponentConfigurer.class)).isNotNull();
    }
}
