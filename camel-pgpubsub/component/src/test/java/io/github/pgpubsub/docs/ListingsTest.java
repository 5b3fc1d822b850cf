package io.github.pgpubsub.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A block whose fence names a file, such as {@code ```java examples/start/…/App.java}, is a part of that file. */
class ListingsTest {

    @Test
    void listingsArePartsOfTheirFiles() {
        List<Snippet> listings = Pages.all().stream().flatMap(page -> Snippet.of(page).stream()).filter(Snippet::isListing)
                .toList();

        assertThat(listings).hasSizeGreaterThan(5)
                .allSatisfy(listing -> assertThat(Pages.read(Pages.ROOT.resolve(listing.file()))).as(listing.toString())
                        .contains(listing.text()));
    }

    /** The two Spring Boot projects and the one for Quarkus have the same routes as the plain one. */
    @Test
    void theProjectsDoTheSame() {
        List<String> routes = List.of("camel-main", "quarkus", "spring-boot-3", "spring-boot-4").stream()
                .map(project -> Pages.read(Pages.ROOT.resolve(
                        "examples/start/" + project + "/src/main/java/org/example/OrdersRoutes.java")))
                .map(source -> source.substring(source.indexOf("public class"))).distinct().toList();

        assertThat(routes).hasSize(1);
    }
}
