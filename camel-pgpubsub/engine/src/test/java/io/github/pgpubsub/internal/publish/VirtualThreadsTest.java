package io.github.pgpubsub.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Which threads an interrupt takes the socket from. */
class VirtualThreadsTest {

    @Test
    void aPlatformThreadIsNone() {
        assertThat(VirtualThreads.isCurrent()).isFalse();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualThreadIsOne() throws Exception {
        CompletableFuture<Boolean> is = new CompletableFuture<>();
        Runnable task = () -> is.complete(VirtualThreads.isCurrent());
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);

        assertThat(is.get()).isTrue();
    }
}
