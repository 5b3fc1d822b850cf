package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.connect.OwnMessages;
import org.junit.jupiter.api.Test;
import org.postgresql.PGNotification;

/** Which subscriber gets which notifications, in which order, and which count as own. */
class InboxTest {

    private static final String SERVER = "this server";
    private static final int OWN = 17;
    private static final int STRANGER = 4711;
    private static final int PAYLOAD = 5;

    private final OwnMessages ownMessages = new OwnMessages();
    private final Receivers receivers = new Receivers();
    private final Inbox inbox = new Inbox(ownMessages, SERVER, receivers);
    private final RecordingSubscriber one = new RecordingSubscriber("one");
    private final RecordingSubscriber two = new RecordingSubscriber("two");

    InboxTest() {
        receivers.add(Address.of("a"), one);
        receivers.add(Address.of("b"), one);
        receivers.add(Address.of("b"), two);
        receivers.add(Address.of("b"), two);
    }

    @Test
    void eachGetsItsChannelsInOrderAndHandsOnOnce() {
        take(from(STRANGER, "a", "first"), from(STRANGER, "b", "second"), from(STRANGER, "nobody's", "third"),
                from(STRANGER, "b", "fourth"));
        assertThat(inbox.nextReceivers()).isEqualTo("one");
        assertThat(inbox.giveNext()).isTrue();
        assertThat(inbox.nextReceivers()).isEqualTo("one, two");
        while (!inbox.isEmpty()) {
            assertThat(inbox.giveNext()).isTrue();
        }
        assertThat(one.told).containsExactly("first", "second", "fourth");
        inbox.handOn();
        assertThat(one.told).startsWith("first", "second", "fourth", "hand on");
        assertThat(two.told).startsWith("second", "fourth", "hand on");
        int all = two.told.size();
        inbox.handOn();
        assertThat(two.told).hasSize(all);
        assertThat(inbox.nextReceivers()).isEqualTo("nobody");
    }

    /** Many groups share a channel for their members. */
    @Test
    void onASharedChannelEachGetsWhatHasItsTag() {
        receivers.add(new Address("shared", "one"), one);
        receivers.add(new Address("shared", "two"), two);
        two.room = 0;
        take(from(STRANGER, "shared", "first one"), from(STRANGER, "shared", "second nobody"), from(STRANGER, "shared", "third"),
                from(STRANGER, "shared", "fourth"), from(STRANGER, "shared", "fifth one two"));
        for (int i = 0; i < 4; i++) {
            assertThat(inbox.giveNext()).as("who has no room delays nobody else").isTrue();
        }
        assertThat(inbox.nextReceivers()).isEqualTo("two");
        assertThat(inbox.giveNext()).isFalse();
        two.room = 1;
        assertThat(inbox.giveNext()).isTrue();
        assertThat(one.told).containsExactly("first one");
        assertThat(two.told).containsExactly("fifth one two");

        assertThat(receivers.of("shared")).containsExactly(one, two);
        assertThat(receivers.remove(new Address("shared", "one"), one)).isTrue();
        assertThat(receivers.remove(new Address("shared", "one"), one)).isFalse();
        take(from(STRANGER, "shared", "sixth one"));
        assertThat(inbox.nextReceivers()).isEqualTo("");
        assertThat(receivers.has("shared")).isTrue();
        assertThat(receivers.remove(new Address("shared", "two"), two)).isTrue();
        assertThat(receivers.has("shared")).isFalse();
    }

    /** Otherwise the order would be lost. */
    @Test
    void whoHasNoRoomKeepsEverybodyWaiting() {
        two.room = 1;
        take(from(STRANGER, "b", "first"), from(STRANGER, "b", "second"), from(STRANGER, "a", "third"));
        assertThat(inbox.giveNext()).isTrue();
        assertThat(inbox.giveNext()).isFalse();
        assertThat(inbox.giveNext()).isFalse();
        assertThat(one.told).containsExactly("first");

        two.room = 1;
        assertThat(inbox.giveNext()).isTrue();
        assertThat(inbox.giveNext()).isTrue();
        assertThat(one.told).containsExactly("first", "second", "third");
    }

    @Test
    void atTheEndNobodyIsWaitedForButThereIsALimit() {
        two.room = 0;
        take(from(STRANGER, "a", "first"), from(STRANGER, "b", "second"), from(STRANGER, "b", "third"));
        assertThat(inbox.giveAll(1)).isPositive();
        assertThat(inbox.isEmpty()).isFalse();
        assertThat(one.told).containsExactly("first", "second", "hand on");
        assertThat(inbox.giveAll(1000)).isPositive();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(two.told).startsWith("second", "hand on", "third", "hand on");
    }

    @Test
    void ownIsWhatARegisteredBackendSends() {
        ownMessages.register(SERVER, OWN);
        ownMessages.register("another server", STRANGER);
        take(from(OWN, "a", "first"), from(STRANGER, "a", "second"), from(OWN, "a", "third"));
        inbox.giveAll(1);
        assertThat(one.told).startsWith("first, own", "second", "third, own");
    }

    @Test
    void ownIsWhatStandsBetweenMarksAlsoIfTheyComeWithAnotherRead() {
        String begin = ownMessages.beginMark();
        assertThat(take(from(STRANGER, ownMessages.channel(), begin), from(STRANGER, "a", "first"))).isEqualTo(PAYLOAD);
        take(from(STRANGER, "a", "other"), from(STRANGER, ownMessages.channel(), OwnMessages.endMark(begin)),
                from(STRANGER, "a", "third"));
        inbox.giveAll(1);
        assertThat(one.told).startsWith("first, own", "other, own", "third");
    }

    private long take(PGNotification... notifications) {
        return inbox.take(notifications);
    }

    private static PGNotification from(int backend, String channel, String payload) {
        return new org.postgresql.core.Notification(channel, backend, payload);
    }
}
