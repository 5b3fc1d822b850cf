package io.github.pgpubsub.internal.log.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many shards move when members come and go, where all see the same at once. */
class SharingTest {

    private static final int PATIENCE = 5;

    private final List<Peer> peers = new ArrayList<>();
    private final Map<Integer, Peer> leaders = new TreeMap<>();
    private int shards;
    private int moves;
    private int joined;

    /** A member whose claims are won at once if the shard is free. */
    private final class Peer implements Effects {

        final MemberId id = new MemberId(100 + ++joined, 1);
        final Sharing sharing = new Sharing(shards, PATIENCE, 20, this);
        final Set<Integer> leaving = new TreeSet<>();
        boolean present;
        int beat;
        Map<Integer, Mark> marks = Map.of();
        boolean sleeps;
        boolean unable;
        final Set<Integer> takesPart = new TreeSet<>();

        @Override
        public void join(int shard) {
            takesPart.add(shard);
        }

        @Override
        public void leave(int shard) {
            if (leaders.get(shard) == this) {
                moves++;
            }
            leaving.add(shard);
        }

        @Override
        public void show(boolean nowPresent, int nowBeat, Map<Integer, Mark> nowMarks) {
            present = nowPresent;
            beat = nowBeat;
            marks = new HashMap<>(nowMarks);
        }

        Set<Integer> led() {
            Set<Integer> led = new TreeSet<>();
            leaders.forEach((shard, leader) -> {
                if (leader == this) {
                    led.add(shard);
                }
            });
            return led;
        }

        void afterPoll() {
            for (int shard : Set.copyOf(leaving)) {
                leaving.remove(shard);
                takesPart.remove(shard);
                leaders.remove(shard, this);
                sharing.left(shard);
            }
            if (!unable) {
                takesPart.forEach(shard -> leaders.putIfAbsent(shard, this));
            }
            sharing.leading(led());
        }
    }

    private Peer join() {
        Peer peer = new Peer();
        peers.add(peer);
        peer.sharing.start();
        return peer;
    }

    private void poll(int times) {
        for (int i = 0; i < times; i++) {
            List<MemberView> view = peers.stream().filter(each -> each.present || !each.marks.isEmpty())
                    .map(each -> new MemberView(each.id, each.present, each.beat, each.marks)).toList();
            List<Peer> awake = peers.stream().filter(each -> !each.sleeps).toList();
            awake.forEach(each -> each.sharing.seen(each.id, view));
            awake.forEach(Peer::afterPoll);
        }
    }

    private List<Integer> shares() {
        return peers.stream().map(each -> each.led().size()).toList();
    }

    @ParameterizedTest
    @CsvSource({"8, 3", "8, 11", "1, 3", "7, 4", "256, 5"})
    void whoComesMovesOneShareAndWhoGoesNone(int number, int members) {
        shards = number;
        for (int i = 1; i <= members; i++) {
            moves = 0;
            join();
            poll(6);
            assertThat(moves).as("moves for member " + i).isEqualTo(i == 1 ? 0 : shards / i);
            assertSettled();
        }
        while (peers.size() > 1) {
            Peer gone = peers.remove(peers.size() / 2);
            leaders.values().removeIf(each -> each == gone);
            moves = 0;
            poll(6);
            assertThat(moves).isLessThanOrEqualTo(1);
            assertSettled();
        }
    }

    private void assertSettled() {
        assertThat(leaders).hasSize(shards);
        List<Integer> sorted = shares().stream().sorted().toList();
        assertThat(sorted.get(sorted.size() - 1) - sorted.get(0)).as("shares " + sorted).isLessThanOrEqualTo(1);
        int before = moves;
        poll(3);
        assertThat(moves).isEqualTo(before);
    }

    @Test
    void whoStopsGivesAllBackAndIsDone() {
        shards = 8;
        Peer first = join();
        join();
        poll(6);
        first.sharing.stop();
        poll(4);
        assertThat(first.sharing.isDone()).isTrue();
        assertThat(shares()).containsExactly(0, 8);
    }

    /** It claims nothing, so nobody stands by to depose it. */
    @Test
    void whoFreezesWithoutAnythingCountsAsAbsent() {
        shards = 4;
        Peer frozen = join();
        frozen.sleeps = true;
        Peer other = join();
        poll(PATIENCE + 6);
        assertThat(other.led()).hasSize(4);
        frozen.sleeps = false;
        poll(PATIENCE + 8);
        assertThat(shares()).containsExactly(2, 2);
    }

    @Test
    void whoCantWinStepsAside() {
        shards = 4;
        Peer unable = join();
        unable.unable = true;
        Peer other = join();
        poll(2 * PATIENCE + 6);
        assertThat(other.led()).hasSize(4);
        unable.unable = false;
        poll(60);
        assertThat(shares()).containsExactly(2, 2);
    }

    /** A seek, for example, makes the reader of each shard resign. */
    @Test
    void whoResignsAllItsShardsAtOnceStaysAsideOnce() {
        shards = 8;
        Peer alone = join();
        poll(6);
        assertThat(alone.led()).hasSize(8);
        alone.led().forEach(shard -> alone.sharing.stepAside());
        assertThat(alone.sharing.isAside()).isTrue();
        poll(20 + 6);
        assertThat(alone.led()).hasSize(8);
    }

    @Test
    void sessionsWatchEachOtherInARing() {
        shards = 6;
        List<Peer> ring = List.of(join(), join(), join());
        poll(8);
        for (int i = 0; i < 3; i++) {
            Set<Integer> watched = new TreeSet<>(ring.get(i).takesPart);
            watched.removeAll(ring.get(i).led());
            assertThat(watched).hasSize(1);
            assertThat(ring.get((i + 2) % 3).led()).containsAll(watched);
        }
    }
}
