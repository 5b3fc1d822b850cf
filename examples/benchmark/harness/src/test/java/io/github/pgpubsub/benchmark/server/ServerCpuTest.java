package io.github.pgpubsub.benchmark.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Parses lines in the format of proc(5). */
class ServerCpuTest {

    private final ServerCpu cpu = new ServerCpu(100);

    @Test
    void backendsCountWithTheirOwnTime() {
        assertThat(cpu.ticks("107 (postgres: a (b) c) S 100 1 1 0 -1 4194304 500 0 0 0 30 12 999 999 20 0 1", 107)).isEqualTo(42);
    }

    @Test
    void thePostmasterCountsForThoseThatHaveEnded() {
        assertThat(cpu.ticks("100 (postgres) S 1 1 1 0 -1 4194304 500 0 0 0 1 2 30 40 20 0 1", 100)).isEqualTo(73);
    }

    @Test
    void othersDoNotCount() {
        assertThat(cpu.ticks("108 (java) S 1 1 1 0 -1 4194304 500 0 0 0 30 12 0 0 20 0 1", 108)).isZero();
    }
}
