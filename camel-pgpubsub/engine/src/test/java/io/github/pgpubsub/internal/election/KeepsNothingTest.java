package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A group whose standby keeps no messages, as in the election of who reads kept messages, and in which nothing happens. */
class KeepsNothingTest {

    private static final int LEADER = 7;
    private static final int STANDBY = 8;
    private static final Duration TICK = Duration.ofMillis(20);

    private final RecordedEffects effects = new RecordedEffects();
    private long now = Duration.ofSeconds(1).toNanos();

    /** The standby can't get in step, so there is no news for it: only signs of life, every five seconds. */
    @Test
    void itsLeaderIsQuiet() {
        Leadership<String> leadership = effects.leadership(0);
        effects.quick();
        effects.lead(leadership, LEADER, now);
        leadership.sent(effects.lastSent(), true, now);
        leadership.control(STANDBY, ControlMessage.of(ControlMessage.Type.JOIN, "standby.1"), now);
        leadership.polled(new Poll(null, false, LEADER, STANDBY, 2, 0, false), now);
        int reports = 0;
        int busy = 0;
        ControlMessage last = null;
        for (long end = now + Duration.ofSeconds(20).toNanos(); now < end; now += TICK.toNanos()) {
            leadership.control(STANDBY, ControlMessage.of(ControlMessage.Type.ALIVE, "standby." + now), now);
            leadership.tick(now);
            if (effects.lastSent() != last) {
                last = effects.lastSent();
                reports++;
                leadership.sent(last, true, now);
                leadership.control(LEADER, last, now);
                leadership.tick(now);
            }
            busy += leadership.isBusy() ? 1 : 0;
        }
        assertThat(reports).isBetween(3, 7);
        assertThat(busy).isLessThan(100);
    }

    /** Each sign of life names the later messages anew. The former names are not needed any more. */
    @Test
    void itsStandbyRemembersOneName() {
        Member<String> member = effects.member(0);
        Following<String> standby = new Following<>(member);
        standby.believe(LEADER, now);
        standby.join();
        standby.ownCameBy(effects.lastSent());
        for (int i = 0; i < 1000; i++) {
            ControlMessage sign = ControlMessage.of(ControlMessage.Type.PROGRESS, "leader." + i).with("epoch", "e").with("n", i);
            standby.leaderSays(LEADER, sign, now);
        }
        assertThat(member.stream.names.size()).isEqualTo(1);
        assertThat(member.stream.names.of(0)).hasToString("e-999-1");
    }
}
