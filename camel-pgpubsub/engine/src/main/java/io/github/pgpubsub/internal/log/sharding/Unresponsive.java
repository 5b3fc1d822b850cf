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

    /** Without the claims of those who are given up. */
    List<MemberView> all(List<MemberView> members) {
        List<MemberView> result = new ArrayList<>();
        for (MemberView each : members) {
            result.add(isGivenUp(each) ? withoutClaims(each) : each);
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
            boolean same = before != null && before.view.equals(each);
            if (same && before.polls > patience) {
                next.put(each.id(), before);
            } else {
                boolean expected = each.count(Mark.CLAIMS) > 0 || !shares.assigned(each.id()).isEmpty();
                next.put(each.id(), new Seen(each, same && expected ? before.polls + 1 : 0));
            }
        }
        seen = next;
    }

    void forget() {
        seen = new HashMap<>();
    }
}
