package io.github.pgpubsub.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

    private static final String PAGE = """
            Before.

            <!-- results: speed, 100 B -->
            old
            <!-- end of results -->

            Between.

            <!-- results: weight -->
            heavy
            <!-- end of results -->
            """;

    @Test
    void writesWhatWasMeasuredAndKeepsTheRest() {
        assertThat(Page.filled(PAGE, name -> name.equals("speed, 100 B") ? Optional.of("| $1 |\n") : Optional.empty()))
                .isEqualTo("""
                        Before.

                        <!-- results: speed, 100 B -->

                        | $1 |

                        <!-- end of results -->

                        Between.

                        <!-- results: weight -->
                        heavy
                        <!-- end of results -->
                        """);
    }

    @Test
    void writingTwiceChangesNothing() {
        String once = Page.filled(PAGE, name -> Optional.of("new"));

        assertThat(Page.filled(once, name -> Optional.of("new"))).isEqualTo(once);
    }

    @Test
    void isBesideItsFolderOrTheFolderAbove(@TempDir Path docs) throws IOException {
        Path page = Files.createFile(docs.resolve("benchmarks.md"));

        assertThat(Page.of(docs.resolve("benchmarks"))).hasValue(page.toAbsolutePath());
        assertThat(Page.of(docs.resolve("benchmarks/kept"))).hasValue(page.toAbsolutePath());
        assertThat(Page.of(docs.resolve("elsewhere"))).isEmpty();
    }
}
