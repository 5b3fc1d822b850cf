package io.github.pgpubsub.faults.kept;

import io.github.pgpubsub.history.kept.KeptEvent.Phase;
import io.github.pgpubsub.history.kept.KeptNumber;
import io.github.pgpubsub.history.kept.KeptRecorder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What a process does with the messages of a group, whoever hands them to it: notes them, has their effects, and fails now and then. */
final class KeptHandling {

    /** A message as its receiver sees it. */
    record Taken(String payload, String key, boolean again, long epoch, int shard) {

        KeptNumber number() {
            return KeptNumber.parse(payload);
        }
    }

    private final KeptRecorder recorder;

    KeptHandling(KeptRecorder recorder) {
        this.recorder = recorder;
    }

    /** @param transaction in which the effects are; unused without {@code ackMode=transaction} */
    void handle(KeptGroup group, List<Taken> batch, Connection transaction) throws SQLException {
        note(Phase.BEGIN, group, batch);
        for (Taken each : batch) {
            if (!each.number().key().equals(each.key())) {
                throw new IllegalStateException("The key is " + each.key() + ", not " + each.number().key());
            }
            if (group.ackMode().equals("transaction")) {
                haveEffect(group, each.number(), transaction);
            }
        }
        if (group.failing() > 0 && ThreadLocalRandom.current().nextInt(group.failing()) < batch.size()) {
            note(Phase.FAILED, group, batch);
            throw new IllegalStateException("as now and then");
        }
        note(Phase.END, group, batch);
    }

    private void note(Phase phase, KeptGroup group, List<Taken> batch) {
        batch.forEach(each -> recorder.delivered(phase, group.recorded(each.shard()), each.number(), each.again(), each.epoch()));
    }

    private static void haveEffect(KeptGroup group, KeptNumber number, Connection transaction) throws SQLException {
        try (PreparedStatement effect = transaction.prepareStatement(
                "insert into effect (grp, name, key, number) values (?, ?, ?, ?)")) {
            effect.setString(1, group.name());
            effect.setString(2, number.name());
            effect.setString(3, number.key());
            effect.setLong(4, number.number());
            effect.executeUpdate();
        }
    }
}
