package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.PublishCallback;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The outcome of a publication, for a thread that waits for it. */
public final class Awaited implements PublishCallback {

    private final CountDownLatch known = new CountDownLatch(1);
    private @Nullable Exception outcome;

    @Override
    public void done(@Nullable Exception failure) {
        outcome = failure;
        known.countDown();
    }

    /** Waits for the outcome, and throws what is not a commit. */
    public void await() throws SQLException, InterruptedException {
        known.await();
        if (outcome instanceof SQLException e) {
            throw e;
        } else if (outcome instanceof InterruptedException e) {
            throw e;
        } else if (outcome != null) {
            throw new SQLException(outcome);
        }
    }
}
