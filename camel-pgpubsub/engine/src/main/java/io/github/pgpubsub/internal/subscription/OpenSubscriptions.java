package io.github.pgpubsub.internal.subscription;

import io.github.pgpubsub.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The subscriptions that are open, which end when their client is closed: otherwise their threads would stay. Thread-safe. */
public final class OpenSubscriptions {

    private final Set<Place> places = new HashSet<>();
    private boolean closed;

    /** Of one subscription. */
    public final class Place {

        /** Null: it is being opened. */
        private @Nullable Subscription subscription;

        private Place() {}

        /** Called once, when the subscription is open; it ends if the client was closed meanwhile. Returns the subscription. */
        public <S extends Subscription> S take(S opened) {
            boolean late;
            synchronized (OpenSubscriptions.this) {
                subscription = opened;
                late = closed;
            }
            if (late) {
                end(opened);
            }
            return opened;
        }

        /** The subscription has ended, or could not be opened. */
        public void leave() {
            synchronized (OpenSubscriptions.this) {
                places.remove(this);
            }
        }
    }

    /** For a subscription that is about to be opened. */
    public synchronized Place place() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    /** Begins the end of all. Called when they have lost their connection. */
    public void endAll() {
        List<Subscription> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Place each : places) {
                if (each.subscription != null) {
                    left.add(each.subscription);
                }
            }
        }
        left.forEach(OpenSubscriptions::end);
    }

    private static void end(Subscription left) {
        CompletableFuture<Void> unused = left.end(Duration.ZERO);
    }
}
