package io.github.pgpubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.kept.KeptOptions;
import io.github.pgpubsub.kept.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels on which the engine talks to itself are closed to everybody else. */
class ChannelNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub/control/0123", "pgpubsub/own/0123", "pgpubsub/wake/all",
        "pgpubsub/wake/00000000-0000-0000-0000-000000000000", "pgpubsub-kept"})
    void reservedChannelsAreRefused(String channel) {
        assertThatThrownBy(() -> SubscriptionOptions.to(channel)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reserved");
        assertThatThrownBy(() -> KeptOptions.to(channel)).hasMessageContaining("reserved");
        assertThatThrownBy(() -> NewMessage.to(channel)).hasMessageContaining("reserved");
        try (PgPubSub pubSub = PgPubSub.to("postgres://localhost:1/nowhere").build()) {
            assertThatThrownBy(() -> pubSub.publish(channel, "x")).hasMessageContaining("reserved");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgpubsub-kept-", "pgpubsub", "pgpubsub/", "PGPUBSUB-KEPT"})
    void others(String channel) {
        assertThat(ChannelName.check(channel)).isEqualTo(channel);
    }

    @Test
    void theElectionsOfKeptMessagesHaveTheirOwn() {
        assertThat(SubscriptionOptions.toElections().build().channel()).isEqualTo("pgpubsub-kept");
    }
}
