package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        assertThat(inbox.nextReceiver()).isEqualTo("one");
        assertThat(inbox.give()).isTrue();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.nextReceiver()).isEqualTo("nobody");
        assertThat(inbox.give()).isTrue();
        assertThat(one.told).containsExactly("first", "second", "fourth", "hand on");
        assertThat(two.told).containsExactly("second", "fourth", "hand on");
    }

    /** Together they get enough for each to be worth its visit, but no more than fits into memory. */
    @Test
    void fewNotificationsForManyAreWorthAnotherRead() {
        assertThat(inbox.wantsMore()).isFalse();
        take(from(STRANGER, "b", "for both"));
        assertThat(inbox.wantsMore()).isTrue();
        for (int i = 0; i < 14; i++) {
            take(from(STRANGER, "a", "for one"));
        }
        assertThat(inbox.wantsMore()).isTrue();
        take(from(STRANGER, "a", "the last one"));
        assertThat(inbox.wantsMore()).isFalse();

        inbox.give();
        take(from(STRANGER, "b", "x".repeat(1_000_000)));
        assertThat(inbox.wantsMore()).isTrue();
        take(from(STRANGER, "b", "x".repeat(1_000_000)));
        assertThat(inbox.wantsMore()).isFalse();
    }

    /** Many groups share a channel for their members. */
    @Test
    void onASharedChannelEachGetsWhatHasItsTag() {
        receivers.add(new Address("shared", "one"), one);
        receivers.add(new Address("shared", "two"), two);
        take(from(STRANGER, "shared", "first one"), from(STRANGER, "shared", "second nobody"), from(STRANGER, "shared", "third"),
                from(STRANGER, "shared", "fourth"), from(STRANGER, "a", "fifth"), from(STRANGER, "shared", "sixth one two"));
        assertThat(inbox.give()).isTrue();
        assertThat(one.told).containsExactly("first one", "fifth", "hand on");
        assertThat(two.told).containsExactly("sixth one two", "hand on");

        assertThat(receivers.of("shared")).containsExactly(one, two);
        assertThat(receivers.remove(new Address("shared", "one"), one)).isTrue();
        assertThat(receivers.remove(new Address("shared", "one"), one)).isFalse();
        take(from(STRANGER, "shared", "seventh one"));
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(receivers.has("shared")).isTrue();
        assertThat(receivers.remove(new Address("shared", "two"), two)).isTrue();
        assertThat(receivers.has("shared")).isFalse();
        assertThat(receivers.isEmpty()).isFalse();
    }

    @Test
    void whoHasNoRoomKeepsItsOwnMessagesWaitingInOrder() {
        two.room = 1;
        take(from(STRANGER, "b", "first"), from(STRANGER, "b", "second"), from(STRANGER, "a", "third"));
        assertThat(inbox.give()).isFalse();
        assertThat(one.told).containsExactly("first", "second", "third", "hand on");
        assertThat(two.told).containsExactly("first", "hand on");
        assertThat(inbox.nextReceiver()).isEqualTo("two");
        assertThat(inbox.give()).isFalse();

        take(from(STRANGER, "b", "fourth"));
        two.told.clear();
        two.room = 2;
        assertThat(inbox.give()).isTrue();
        assertThat(two.told).containsExactly("second", "fourth", "hand on");
    }

    @Test
    void whoLeavesGetsNothingMoreOfWhatWasRead() {
        two.room = 1;
        receivers.add(Address.of("c"), two);
        take(from(STRANGER, "b", "first"), from(STRANGER, "c", "second"), from(STRANGER, "b", "third"),
                from(STRANGER, "c", "fourth"));
        assertThat(inbox.give()).isFalse();
        receivers.remove(Address.of("c"), two);
        two.room = 9;
        assertThat(inbox.give()).isTrue();
        assertThat(two.told).containsExactly("first", "hand on", "third", "hand on");

        two.room = 0;
        take(from(STRANGER, "b", "fifth"));
        assertThat(inbox.give()).isFalse();
        receivers.remove(Address.of("b"), two);
        two.told.clear();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.nextReceiver()).isEqualTo("nobody");
        assertThat(inbox.give()).isTrue();
        assertThat(inbox.giveAll(1)).isZero();
        assertThat(two.told).as("after the last call").isEmpty();
    }

    @Test
    void whatASubscriberCouldNotTakeInForAFailureIsNotGivenTwice() {
        Subscriber failing = new RecordingSubscriber("failing") {
            @Override
            public void received(Notification notification) {
                super.received(notification);
                throw new IllegalStateException(notification.payload());
            }
        };
        receivers.add(Address.of("a"), failing);
        take(from(STRANGER, "a", "first"), from(STRANGER, "b", "second"));
        assertThatThrownBy(inbox::give).hasMessage("first");
        assertThat(inbox.giveAll(1)).isZero();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(one.told).containsExactly("first", "second", "hand on");
        assertThat(two.told).containsExactly("second", "hand on");
    }

    @Test
    void atTheEndNobodyIsWaitedForButThereIsALimit() {
        two.room = 0;
        take(from(STRANGER, "b", "first"), from(STRANGER, "b", "second"), from(STRANGER, "a", "third"));
        assertThat(inbox.giveAll(1)).isPositive();
        assertThat(inbox.isEmpty()).isFalse();
        assertThat(one.told).as("whoever has room").containsExactly("first", "second", "third", "hand on");
        assertThat(two.told).endsWith("first", "hand on");
        assertThat(inbox.giveAll(1000)).isPositive();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(two.told).endsWith("second", "hand on");
    }

    @Test
    void atTheEndWhoHasRoomGetsAllAlthoughAFullOneComesFirst() {
        receivers.add(Address.of("c"), two);
        two.room = 0;
        take(from(STRANGER, "c", "first"), from(STRANGER, "c", "second"), from(STRANGER, "a", "third"),
                from(STRANGER, "a", "fourth"));
        assertThat(inbox.giveAll(1)).isPositive();
        assertThat(one.told).containsExactly("third", "fourth", "hand on");
        assertThat(inbox.isEmpty()).isFalse();
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
