package io.github.pgpubsub.camel;

import io.github.pgpubsub.camel.management.PgPubSubEvent;
import io.github.pgpubsub.kept.KeptListener;
import io.github.pgpubsub.status.RoleChange;
import java.time.Duration;

/** Reports what happens to a kept consumer: its events, and all that a plain consumer reports. Thread-safe. */
final class KeptReports implements KeptListener {

    private final PgPubSubConsumer consumer;
    private final ConsumerReports reports;

    KeptReports(PgPubSubConsumer consumer, ConsumerReports reports) {
        this.consumer = consumer;
        this.reports = reports;
    }

    /** The exception handler has heard of failed exchanges already, and has got the exchange. */
    @Override
    public void failed(Exception failure) {
        if (!(failure instanceof FailedExchange)) {
            reports.failed(failure);
        }
    }

    @Override
    public void roleChanged(RoleChange change) {
        reports.roleChanged(change);
    }

    @Override
    public void listening() {
        reports.listening();
    }

    @Override
    public void disconnected() {
        reports.disconnected();
    }

    @Override
    public void reconnected(Duration lost) {
        reports.reconnected(lost);
    }

    @Override
    public void gaveUp(Exception failure) {
        reports.gaveUp(failure);
    }

    @Override
    public void incident(Incident incident, String detail) {
        reports.tell(PgPubSubEvent.Incident.of(consumer, consumer.getRouteId(), consumer.getChannel(), incident, detail));
    }
}
