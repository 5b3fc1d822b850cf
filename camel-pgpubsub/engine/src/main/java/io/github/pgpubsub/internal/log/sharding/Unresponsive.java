package io.github.pgpubsub.internal.log.sharding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds members that do not do what is theirs to do: they don't claim the free shards that fall to them, or can't win what they claim.
 * After some polls without any change they count as absent, and their claims as void, until they show a change.
 */
final class Unresponsive {

    private record Seen(MemberView view, int polls) {}

    private final int patience;
    private Map<MemberId, Seen> seen = new HashMap<>();

    /** @param patience number of polls */
    Unresponsive(int patience) {
        this.patience = patience;
    }

    /**
     * With those who are given up as absent, and without their claims. A member that leads keeps its share: if it is frozen it is deposed, and
     * the others might not agree about it.
     */
    List<MemberView> all(List<MemberView> members) {
        List<MemberView> result = new ArrayList<>();
        for (MemberView each : members) {
            result.add(isGivenUp(each) && each.count(Mark.CLAIMS) == each.marks().size() ? withoutClaims(each) : each);
        }
        return result;
    }

    /** Whether nothing has changed since the member was given up. */
    boolean isGivenUp(MemberView member) {
        Seen known = seen.get(member.id());
        return known != null && known.polls > patience && known.view.equals(member);
    }

    private static MemberView withoutClaims(MemberView member) {
        Map<Integer, Mark> marks = new HashMap<>(member.marks());
        marks.values().removeIf(mark -> mark == Mark.CLAIMS);
        return new MemberView(member.id(), false, member.beat(), marks);
    }

    /** After each poll, with what was expected of the members in it. */
    void note(List<MemberView> members, Shares shares) {
        Map<MemberId, Seen> next = new HashMap<>();
        for (MemberView each : members) {
            Seen before = seen.get(each.id());
            boolean expected = each.count(Mark.CLAIMS) > 0 || !shares.assigned(each.id()).isEmpty();
            if (before == null || !before.view.equals(each)) {
                next.put(each.id(), new Seen(each, 0));
            } else if (before.polls > patience) {
                next.put(each.id(), before);
            } else {
                next.put(each.id(), new Seen(each, expected ? before.polls + 1 : 0));
            }
        }
        seen = next;
    }

    void forget() {
        seen = new HashMap<>();
    }
}
