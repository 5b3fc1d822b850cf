package io.github.pgpubsub.camel.picture;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one process knows of its groups at a moment.
 *
 * @param process the CamelContext's name
 * @param at      when it was taken
 * @param sent    notifications that this process has committed
 * @param sentPerSecond mean rate of the last seconds; negative: not known yet
 * @param failed  notifications that could not be sent, or whose outcome is unknown
 */
record Picture(String process, Instant at, long sent, double sentPerSecond, long failed, List<Consumer> consumers) {

    /**
     * A consumer and its group.
     *
     * @param routeId    null: without a route
     * @param group      empty: every process receives
     * @param role       of this consumer; empty: it has no group, or is stopped or suspended
     * @param backend    process id of its session; 0: none
     * @param standbyKnown whether a standby is known
     * @param inStep     whether the standby is known to hold all unfinished messages
     * @param troubled   whether it can't receive although it is connected
     * @param leaderForMillis how long the leader has led; -1: unknown
     * @param members    of the group, as the server knew them a few seconds ago; empty: unknown, or no group
     * @param handOvers  changes of the leader that this process has seen; -1: not counted, because shards have a leader each
     * @param perSecond  messages received in a second, mean of the last seconds; negative: not known yet
     * @param course     messages received in a second, one entry for each look, the last one at the end
     * @param kept       null: a plain channel
     * @param history    what happened here, the last at the end
     */
    record Consumer(@Nullable String routeId, String channel, String group, boolean connected, boolean receiving,
            boolean troubled,
            String role, int backend, boolean standbyKnown, boolean inStep, long leaderForMillis, List<Member> members,
            long handOvers, long received, double perSecond, List<Double> course, int queued, int queueSize, long redelivered,
            long filtered, long dropped, long gaps, long gapMillis, long reconnects, @Nullable Kept kept, List<Event> history) {}

    /**
     * A member of a group.
     *
     * @param name of its process
     * @param here whether it is this process
     */
    record Member(int backend, String name, boolean leader, boolean standby, boolean here) {}

    /**
     * The group's place in the log of a kept channel.
     *
     * @param lag        messages that the group has not completed; -1: unknown
     * @param lagSeconds age of the oldest of them; -1: unknown
     * @param parked     messages that the group has set aside; -1: unknown
     * @param shards     a row for each; empty: unknown, or a single one
     */
    record Kept(long lag, long lagSeconds, long parked, long completed, long skipped, long retried, List<Shard> shards) {}

    /** @param leader name of the process that reads it; empty: none */
    record Shard(int shard, String leader, long lag, long parked) {}

    /** @param what in words of this package */
    record Event(Instant at, String what) {}
}
