package io.github.pgpubsub.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptionsTest {

    @Test
    void withoutFlagsOneListens() {
        assertThat(Options.parse()).isEqualTo(new Options(Scenario.ONE, null, 0, 1000, null, null, false));
    }

    @ParameterizedTest
    @EnumSource
    void eachScenarioIsAFlagAway(Scenario scenario) {
        assertThat(Options.parse("--scenario", scenario.flag()).scenario()).isEqualTo(scenario);
        assertThat(Options.usage()).contains(scenario.flag());
    }

    @Test
    void flagsAddUp() {
        Options options = Options.parse("--name", "ann", "--interval", "5", "--messages", "7", "--url", "postgres://db");
        assertThat(options).isEqualTo(new Options(Scenario.ONE, "ann", 7, 5, "postgres://db", null, false));
    }

    @Test
    void whatIsSentOnceListensToNothing() {
        Options options = Options.parse("--send", "hi");
        assertThat(options.listens()).isFalse();
        assertThat(options.messages()).isEqualTo(1);
    }

    @Test
    void mistakesAreNamed() {
        refused("unknown scenario 'two'; use one of: all, all-filtered, one, one-filtered, shards", "--scenario", "two");
        refused("--interval needs a number above 0, not '0'", "--interval", "0");
        refused("--messages needs a number above 0, not 'many'", "--messages", "many");
        refused("--name needs a value", "--name");
        refused("unknown flag '--nmae'; --help lists the flags", "--nmae", "x");
    }

    private static void refused(String message, String... arguments) {
        assertThatIllegalArgumentException().as(Arrays.toString(arguments))
                .isThrownBy(() -> Options.parse(arguments)).withMessage(message);
    }
}
