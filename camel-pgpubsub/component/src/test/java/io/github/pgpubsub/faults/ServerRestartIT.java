package io.github.pgpubsub.faults;

import io.github.pgpubsub.history.Numbered;
import io.github.pgpubsub.history.What;
import io.github.pgpubsub.support.PostgresExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server restarts under a group of three: the first member to return reports the gap, even if it has never led. */
@Tag("long")
class ServerRestartIT {

    private static final int RESTARTS = 2;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    @ParameterizedTest
    @ValueSource(strings = {"immediate", "fast"})
    void whatWasMissedIsTold(String mode) {
        try (Group group = new Group(postgres, "restart " + mode, "gapMarker=reconnect&reconnectMaxDelay=500")) {
            for (int i = 0; i < 3; i++) {
                group.launch().awaitStarted();
            }
            group.awaitStandbyInStep();
            try (Numbers numbers = group.numbers(Numbered.onlySender(), 500)) {
                for (int i = 0; i < RESTARTS; i++) {
                    Node leader = group.awaitLeader();
                    group.awaitNextStart(leader);
                    group.awaitStandbyInStep();
                    group.history().happenedToAll(What.DISTURBING, mode);
                    if (mode.equals("fast")) {
                        postgres.server().stop();
                    } else {
                        postgres.server().stopImmediately();
                    }
                    postgres.server().startAgain();
                    group.history().happenedToAll(What.SETTLED, mode);
                    group.awaitNextStart(group.awaitLeader());
                }
                group.awaitStarted(numbers.stop());
            }
            group.assertKept();
        }
    }
}
