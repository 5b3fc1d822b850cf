package io.github.pgpubsub.benchmark.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CrewTest {

    private final AtomicInteger prepared = new AtomicInteger();

    @Test
    void nobodyWorksBeforeAllAreReady() throws Exception {
        new Crew(4, "test").work(number -> member(() -> prepared.incrementAndGet(), () -> assertThat(prepared).hasValue(4)));
    }

    @Test
    void whoCantGetReadyEndsItForAll() {
        assertThatThrownBy(() -> new Crew(4, "test").work(number -> member(() -> {
            if (number == 2) {
                throw new IOException("no connection");
            }
        }, () -> {}))).isInstanceOf(IOException.class).hasMessage("no connection");
    }

    private interface Step {
        void run() throws Exception;
    }

    private static Crew.Member member(Step prepare, Step work) {
        return new Crew.Member() {
            @Override
            public void prepare() throws Exception {
                prepare.run();
            }

            @Override
            public void work(long start) throws Exception {
                work.run();
            }
        };
    }
}
