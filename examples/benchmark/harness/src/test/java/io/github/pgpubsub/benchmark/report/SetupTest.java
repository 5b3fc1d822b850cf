package io.github.pgpubsub.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SetupTest {

    @Test
    void aKernelIsNamedWithoutTheSuffixOfItsHost() {
        assertThat(Setup.kernel("6.18.44-fc-v657")).isEqualTo("6.18.44");
        assertThat(Setup.kernel("6.1.0-26-amd64")).isEqualTo("6.1.0-26-amd64");
    }
}
