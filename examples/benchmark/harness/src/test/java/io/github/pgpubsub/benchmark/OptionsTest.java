package io.github.pgpubsub.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.benchmark.measures.Measure;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void aMeasuresNameMeansThisOneAlone() {
        assertThat(wanted("--measures", "sending,latency")).containsExactly("sending", "latency");
    }

    @Test
    void aPartOfANameMeansAllThatContainIt() {
        assertThat(wanted("--measures", "kept")).containsExactly("kept-sending", "kept-receiving", "kept-flow", "kept-latency",
                "kept-writers");
    }

    @Test
    void plainMeansAllThatNeedNoLog() {
        assertThat(wanted("--measures", "plain")).containsExactly("sending", "receiving", "routes", "latency", "channels", "idle",
                "listeners", "writers", "many");
    }

    @Test
    void noWishMeansEverything() {
        assertThat(wanted()).hasSameSizeAs(Measure.all());
    }

    private static List<String> wanted(String... arguments) {
        return Measure.all().stream().filter(Options.parse(arguments)::wants).map(Measure::name).toList();
    }
}
