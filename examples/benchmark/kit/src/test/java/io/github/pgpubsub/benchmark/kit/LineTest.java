package io.github.pgpubsub.benchmark.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LineTest {

    @Test
    void readsWhatItWrites() {
        Line line = Line.of("failed").with("reason", "a b=c\nµ+%").with("count", 7);

        assertThat(line.toString()).doesNotContain("\n");
        assertThat(Line.parse(line.toString())).isEqualTo(line);
        assertThat(line.integer("count")).isEqualTo(7);
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> Line.of("open").text("listen")).hasMessage("'open' needs a value for 'listen'");
    }
}
