package io.github.pgpubsub.internal.log.sharding;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One member: its {@link Sharing}, what it takes part in, and what it finishes. */
final class SimulatedMember implements Effects {

    final Simulation world;
    final SimulatedProcess process;
    final int number;
    final Sharing sharing;
    /** When what has begun is finished, by shard that is being left. */
    final Map<Integer, Long> leaving = new TreeMap<>();
    boolean present;
    int beat;
    Map<Integer, Mark> marks = new HashMap<>();
    /** Can't win any election. */
    boolean unable;
    long nextPoll;
    boolean asking;
    boolean stopping;
    private Set<Integer> led = Set.of();
    /** Number of elections after which it was looked up what it leads. */
    private int ledSince;

    SimulatedMember(Simulation world, SimulatedProcess process, int number, int patience) {
        this.world = world;
        this.process = process;
        this.number = number;
        this.sharing = new Sharing(world.shards, patience, Simulation.ASIDE, this);
        this.nextPoll = world.now + world.random.nextInt(Simulation.POLL);
    }

    @Override
    public void join(int shard) {
        world.takePart(this, shard);
    }

    @Override
    public void leave(int shard) {
        boolean leads = world.leads(this, shard);
        if (leads && !stopping && !sharing.isAside()) {
            world.givenBack++;
        }
        leaving.put(shard, world.now + (leads ? world.random.nextInt(30) : 1));
        if (leads && world.broken == Break.LEFT_BEFORE_FINISHED) {
            world.release(this, shard);
        }
    }

    @Override
    public void show(boolean nowPresent, int nowBeat, Map<Integer, Mark> nowMarks) {
        present = nowPresent;
        beat = nowBeat;
        marks = new TreeMap<>(nowMarks);
        world.show(this);
    }

    /** One pass of the process, which is neither frozen nor dead. */
    void pass() {
        sharing.leading(led());
        if (!leaving.isEmpty()) {
            new TreeMap<>(leaving).forEach(this::leaveIfFinished);
        }
        if (process.backend != 0 && !asking && world.now >= nextPoll) {
            asking = true;
            nextPoll = world.now + Simulation.POLL;
            world.poll(this);
        }
    }

    private void leaveIfFinished(int shard, long finishedAt) {
        if (finishedAt <= world.now) {
            boolean led = world.leads(this, shard);
            if (led || world.broken != Break.WITHDRAWN_STAYS) {
                world.release(this, shard);
            }
            leaving.remove(shard);
            sharing.left(shard);
        }
    }

    /** The shards that it leads. */
    Set<Integer> led() {
        if (ledSince != world.elections()) {
            ledSince = world.elections();
            led = world.led(this);
        }
        return led;
    }

    /** Whether it works on messages of a shard. */
    boolean handles(int shard) {
        return world.leads(this, shard)
                || !leaving.isEmpty() && leaving.getOrDefault(shard, 0L) > world.now && marks.get(shard) == Mark.LEAVES;
    }

    @Override
    public String toString() {
        return process.backend + "/" + number + (process.frozen ? " frozen" : "") + (unable ? " unable" : "") + sharing + leaving;
    }
}
