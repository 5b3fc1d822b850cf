package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.status.Role;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader stops, and is the only member. Its session has not yet read all that was sent before. */
class StopAloneTest {

    private static final int BACKEND = 7;
    private static final int STANDBY = 8;
    private static final Poll ALONE = new Poll(null, false, BACKEND, 0, 1, 0, false);

    private final RecordedEffects effects = new RecordedEffects();
    private final Leadership<String> leadership = effects.leadership();
    private long now = Duration.ofSeconds(1).toNanos();
    private ControlMessage marker;

    @BeforeEach
    void beginToStop() {
        effects.quick();
        effects.lead(leadership, BACKEND, now);
        now += Duration.ofSeconds(2).toNanos();
        leadership.sent(effects.lastSent(), true, now);
        leadership.stop(now);
        leadership.tick(now);
        marker = effects.lastSent();
        leadership.sent(marker, true, now);
        leadership.polled(ALONE, now);
    }

    @Test
    void whatWasSentBeforeIsDelivered() {
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
        leadership.data("sent before the stop");
        leadership.control(BACKEND, marker, now);
        leadership.polled(ALONE, now);
        leadership.data("sent later");
        assertThat(leadership.role()).isEqualTo(Role.RESIGNING);
        assertThat(effects.delivered()).containsExactly("sent before the stop");
    }

    @Test
    void theWaitIsLimited() {
        now += Duration.ofMillis(900).toNanos();
        leadership.tick(now);
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
        now += Duration.ofMillis(200).toNanos();
        leadership.tick(now);
        leadership.polled(ALONE, now);
        assertThat(leadership.role()).isEqualTo(Role.RESIGNING);
    }

    /** The standby holds what comes behind its JOIN, and does not know yet how it is named. */
    @Test
    void aStandbyThatJoinsMeanwhileIsNotIgnored() {
        leadership.control(STANDBY, ControlMessage.of(ControlMessage.Type.JOIN, "standby.1"), now);
        leadership.data("held by the standby");
        leadership.control(BACKEND, marker, now);
        assertThat(leadership.role()).isEqualTo(Role.LEADER);
        assertThat(effects.delivered()).isEmpty();
    }

    /** Its queue is full, and behind what it has no room for is the JOIN. */
    @Test
    void aStandbyIsNotGivenUpWhileNothingIsRead() {
        leadership.polled(new Poll(null, false, BACKEND, STANDBY, 2, 0, false), now);
        leadership.control(BACKEND, marker, now);
        now += Duration.ofSeconds(3).toNanos();
        leadership.tick(now);
        ControlMessage later = effects.lastSent();
        leadership.sent(later, true, now);
        leadership.tick(now);
        assertThat(leadership.role()).isEqualTo(Role.LEADER);

        leadership.control(BACKEND, later, now);
        leadership.tick(now);
        assertThat(leadership.role()).isEqualTo(Role.RESIGNING);
    }
}
