package io.github.pgpubsub.benchmark.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PayloadsTest {

    private final Payloads payloads = new Payloads(100);

    @Test
    void haveTheSizeAndAreJsonStrings() {
        assertThat(payloads.payload(1, 2)).hasSize(100).startsWith("\"").endsWith("\"");
    }

    @Test
    void areDifferentAndBearTheirStamp() {
        long now = System.nanoTime();

        assertThat(payloads.payload(now, 1)).isNotEqualTo(payloads.payload(now, 2));
        assertThat(Payloads.stamp(payloads.payload(now, 1))).isEqualTo(now);
        assertThat(Payloads.stamp(payloads.payload(-1, 1))).isEqualTo(-1);
    }
}
