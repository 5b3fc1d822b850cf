package io.github.pgpubsub.internal.log.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One member's part in sharing a group's shards, see the package. Without I/O and without a clock: time is counted in polls. */
public final class Sharing {

    /** A part in the election of a shard. */
    private enum Part {
        /** Stands by for a shard of another session, so that somebody deposes it if it freezes. Shown to nobody. */
        WATCHES, CLAIMS, LEADS,
        /** Leaves, having led. */
        LEAVES,
        /** Leaves, having led nothing. Shown to nobody. */
        WITHDRAWS
    }

    /** The longest stay aside, in multiples of the first one. */
    private static final int LONGEST_ASIDE = 64;

    private final int shards;
    private final int patience;
    private final int aside;
    private final Effects effects;
    private final Unresponsive unresponsive;
    private final NavigableMap<Integer, Part> parts = new TreeMap<>();
    /** Polls until it wants a share again. */
    private int asidePolls;
    /** How long it steps aside the next time: twice as long as before, unless all went well for long. */
    private int nextAside;
    private int pollsWithoutTrouble;
    private boolean stopped;
    private int beat;
    /** For so many polls it has had less than its share. */
    private int lackingPolls;
    private int shownBeat;
    private boolean shownPresent;
    private Map<Integer, Mark> shown = Map.of();

    /**
     * @param patience polls that a member gets to win a shard it claims, or to claim one that falls to it; from then on it counts as absent
     * @param aside    polls for which a member stays away that could not win a shard or could not read, the first time
     */
    public Sharing(int shards, int patience, int aside, Effects effects) {
        this.shards = shards;
        this.patience = patience;
        this.aside = aside;
        this.nextAside = aside;
        this.effects = effects;
        this.unresponsive = new Unresponsive(patience);
    }

    /** Takes part from now on. */
    public void start() {
        show();
    }

    // ---- events

    /** The answer of a poll. Not called while the own session is lost. */
    public void seen(MemberId self, List<MemberView> members) {
        if (stopped) {
            return;
        }
        if (asidePolls > 0) {
            asidePolls = parts.isEmpty() ? asidePolls - 1 : asidePolls;
            show();
            return;
        }
        List<MemberView> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparing(MemberView::id));
        MemberView me = find(self, sorted);
        if (me == null || !me.present()) {
            // Shown, but after this poll was taken.
            return;
        }
        if (unresponsive.isGivenUp(me)) {
            stepAside();
            return;
        }
        List<MemberView> all = unresponsive.all(sorted);
        Shares shares = new Shares(shards, all.stream().filter(MemberView::present).toList(), all);
        unresponsive.note(sorted, shares);
        if (++pollsWithoutTrouble > LONGEST_ASIDE * aside) {
            nextAside = aside;
        }
        withdrawLostClaims(self, all);
        giveBack(shares.target(self));
        claim(shares.target(self), shares.assigned(self));
        beat(shares.target(self));
        watch(self, all);
        show();
    }

    private static @Nullable MemberView find(MemberId id, List<MemberView> members) {
        return members.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
    }

    /** Which shards this member leads at the moment. */
    public void leading(Set<Integer> now) {
        boolean changed = false;
        for (Map.Entry<Integer, Part> each : parts.entrySet()) {
            Part part = each.getValue();
            if (now.contains(each.getKey()) && (part == Part.CLAIMS || part == Part.WATCHES)) {
                each.setValue(Part.LEADS);
                changed = true;
            } else if (!now.contains(each.getKey()) && part == Part.LEADS) {
                each.setValue(Part.CLAIMS);
                changed = true;
            }
        }
        if (changed) {
            show();
        }
    }

    /** It takes part in the election of a shard no longer: the answer to {@link Effects#leave}, or because it can't. */
    public void left(int shard) {
        Part part = parts.remove(shard);
        if (part == Part.LEAVES || part == Part.WITHDRAWS) {
            show();
        } else if (part != null) {
            stepAside();
        }
    }

    /** The own session is lost, and with it all that was shown and seen. */
    public void disconnected() {
        unresponsive.forget();
    }

    /**
     * This member can't read, or can't win: gives everything back, and wants no share for a while. What keeps it from reading makes all its
     * shards resign, so further calls do not prolong the stay.
     */
    public void stepAside() {
        if (asidePolls > 0) {
            leaveAll();
            return;
        }
        asidePolls = nextAside;
        nextAside = Math.min(2 * nextAside, LONGEST_ASIDE * aside);
        pollsWithoutTrouble = 0;
        unresponsive.forget();
        leaveAll();
    }

    /** Gives everything back for good. */
    public void stop() {
        stopped = true;
        leaveAll();
    }

    // ---- for status

    /** Whether it neither wants a share nor has one. */
    public boolean isDone() {
        return stopped && parts.isEmpty();
    }

    public boolean isAside() {
        return asidePolls > 0;
    }

    // ---- decisions

    private void leaveAll() {
        List.copyOf(parts.keySet()).forEach(this::leave);
        show();
    }

    private void leave(int shard) {
        Part part = parts.get(shard);
        if (part == Part.LEAVES || part == Part.WITHDRAWS) {
            return;
        }
        parts.put(shard, part == Part.LEADS ? Part.LEAVES : Part.WITHDRAWS);
        effects.leave(shard);
    }

    /** Another member has won, or comes first among those who claim. */
    private void withdrawLostClaims(MemberId self, List<MemberView> all) {
        for (int shard : shards(Part.CLAIMS)) {
            for (MemberView other : all) {
                Mark mark = other.marks().get(shard);
                if (!other.id().equals(self) && mark != null && (mark != Mark.CLAIMS || other.id().compareTo(self) < 0)) {
                    leave(shard);
                    break;
                }
            }
        }
    }

    /** Claims first; of those it leads the last, because others watch the first. */
    private void giveBack(int target) {
        List<Integer> claims = shards(Part.CLAIMS);
        List<Integer> leads = shards(Part.LEADS);
        for (int surplus = claims.size() + leads.size() - target; surplus > 0; surplus--) {
            List<Integer> from = claims.isEmpty() ? leads : claims;
            leave(from.remove(from.size() - 1));
        }
    }

    private void claim(int target, List<Integer> assigned) {
        int lacks = target - shards(Part.CLAIMS).size() - shards(Part.LEADS).size();
        for (int shard : assigned) {
            Part part = parts.get(shard);
            if (lacks > 0 && (part == null || part == Part.WATCHES)) {
                parts.put(shard, Part.CLAIMS);
                if (part == null) {
                    effects.join(shard);
                }
                lacks--;
            }
        }
    }

    /** Those who took it for frozen see that it is back. */
    private void beat(int target) {
        boolean lacks = shards(Part.LEADS).size() < target;
        lackingPolls = lacks ? lackingPolls + 1 : 0;
        if (lackingPolls > patience && shards(Part.CLAIMS).isEmpty()) {
            lackingPolls = 0;
            beat = beat == MemberView.BEATS ? 0 : beat + 1;
        }
    }

    /** Stands by for one shard of the session before the own one: all shards of a session are deposed together. */
    private void watch(MemberId self, List<MemberView> all) {
        int wanted = wantedWatch(self, all);
        for (int shard : shards(Part.WATCHES)) {
            if (shard != wanted) {
                leave(shard);
            }
        }
        if (wanted >= 0 && !parts.containsKey(wanted)) {
            parts.put(wanted, Part.WATCHES);
            effects.join(wanted);
        }
    }

    /**
     * -1: none. One member of each session watches, and the sessions that lead form a ring. A shard that is being given back is watched only
     * where there is no other, for whoever stands by gets it.
     */
    private int wantedWatch(MemberId self, List<MemberView> all) {
        TreeMap<Integer, Integer> firstLed = new TreeMap<>();
        for (MemberView each : all) {
            if (each.id().backend() == self.backend() && each.id().compareTo(self) < 0 && each.present()) {
                return -1;
            }
            each.marks().forEach((shard, mark) -> {
                if (mark != Mark.CLAIMS && each.id().backend() != self.backend()) {
                    firstLed.merge(each.id().backend(), mark == Mark.LEADS ? shard : shards + shard, Math::min);
                }
            });
        }
        if (firstLed.isEmpty()) {
            return -1;
        }
        Map.Entry<Integer, Integer> before = firstLed.lowerEntry(self.backend());
        return (before == null ? firstLed.lastEntry() : before).getValue() % shards;
    }

    private List<Integer> shards(Part wanted) {
        List<Integer> found = new ArrayList<>();
        parts.forEach((shard, part) -> {
            if (part == wanted) {
                found.add(shard);
            }
        });
        return found;
    }

    private void show() {
        boolean present = !stopped && asidePolls == 0;
        SortedMap<Integer, Mark> marks = new TreeMap<>();
        parts.forEach((shard, part) -> {
            switch (part) {
                case CLAIMS -> marks.put(shard, Mark.CLAIMS);
                case LEADS -> marks.put(shard, Mark.LEADS);
                case LEAVES -> marks.put(shard, Mark.LEAVES);
                case WATCHES, WITHDRAWS -> {
                }
            }
        });
        if (present != shownPresent || beat != shownBeat || !marks.equals(shown)) {
            shownPresent = present;
            shownBeat = beat;
            shown = marks;
            effects.show(present, beat, marks);
        }
    }

    @Override
    public String toString() {
        return parts + (asidePolls > 0 ? " aside for " + asidePolls : "") + (stopped ? " stopped" : "");
    }
}
