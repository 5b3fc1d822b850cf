package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.connect.OwnMessages;
import io.github.pgpubsub.connect.UrlConnectionSource;
import io.github.pgpubsub.internal.log.sharding.MemberId;
import io.github.pgpubsub.internal.log.sharding.MemberView;
import io.github.pgpubsub.internal.session.Session;
import io.github.pgpubsub.internal.session.SessionOptions;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import io.github.pgpubsub.internal.work.WorkerPool;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A member of a group with shards that has no shard hears from its marks alone that the session has given up. */
@Timeout(60)
class ShardMarksTest {

    private final CompletableFuture<Exception> end = new CompletableFuture<>();

    private final class Observer implements ShardMarks.Observer {

        @Override
        public void seen(MemberId self, List<MemberView> members) {}

        @Override
        public void lost() {}

        @Override
        public void failed(Exception failure) {}

        @Override
        public void gaveUp(Exception failure) {
            end.complete(failure);
        }
    }

    @Test
    void theEndOfTheSessionIsPassedOn() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        Subscriptions subscriptions = new Subscriptions("a", Duration.ofSeconds(1),
                () -> new Session(new UrlConnectionSource("jdbc:postgresql://127.0.0.1:" + nobody + "/test", "a", "b"),
                        new SessionOptions("a listen", Duration.ofMillis(10), Duration.ofMillis(50), 0, Duration.ofSeconds(5),
                                Duration.ofSeconds(3), Duration.ofMillis(20), null, new OwnMessages()),
                        ShardMarksTest::thread),
                ShardMarksTest::thread, new WorkerPool("a", ShardMarksTest::thread), Runnable::run);
        try (ShardMarks marks = new ShardMarks(subscriptions, new MarkKeys("pgpubsub", new Shard("orders", "g", 0, 2)),
                Duration.ofMillis(50), new Observer())) {
            marks.start();
            assertThat(end.get(30, TimeUnit.SECONDS)).hasMessageContaining("gave up");
        }
        subscriptions.close();
    }

    private static Thread thread(String purpose, Runnable task) {
        Thread thread = new Thread(task, purpose);
        thread.setDaemon(true);
        return thread;
    }
}
