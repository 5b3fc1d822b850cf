package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Several shards hear of the same connection's failures and of its end, and their subscription's listener once. */
final class OncePerFailure implements KeptListener {

    private final KeptListener listener;
    private @Nullable Exception last;
    private @Nullable Exception end;

    OncePerFailure(KeptListener listener) {
        this.listener = listener;
    }

    @Override
    public void failed(Exception failure) {
        synchronized (this) {
            if (failure == last) {
                return;
            }
            last = failure;
        }
        listener.failed(failure);
    }

    @Override
    public void reconnected(Duration time) {
        listener.reconnected(time);
    }

    @Override
    public void roleChanged(RoleChange change) {
        listener.roleChanged(change);
    }

    @Override
    public void gaveUp(Exception failure) {
        synchronized (this) {
            if (failure == end) {
                return;
            }
            end = failure;
        }
        listener.gaveUp(failure);
    }

    @Override
    public void incident(Incident incident, String detail) {
        listener.incident(incident, detail);
    }
}
