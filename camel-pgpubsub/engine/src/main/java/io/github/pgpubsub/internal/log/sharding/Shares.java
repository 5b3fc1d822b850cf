package io.github.pgpubsub.internal.log.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who should have how many shards, and who takes which of the free ones. All who see the same members get the same result. */
final class Shares {

    private final Map<MemberId, Integer> targets = new HashMap<>();
    private final Map<MemberId, List<Integer>> assigned = new HashMap<>();

    /**
     * @param sharers those who share, in the order of their ids
     * @param all     everybody who may hold a shard, sharer or not
     */
    Shares(int shards, List<MemberView> sharers, List<MemberView> all) {
        if (sharers.isEmpty()) {
            return;
        }
        int low = shards / sharers.size();
        int more = shards % sharers.size();
        // The larger shares go to those who have most, so that as few shards as possible move.
        List<MemberView> byShare = new ArrayList<>(sharers);
        byShare.sort(Comparator.comparingInt((MemberView each) -> -each.marks().size()).thenComparing(MemberView::id));
        for (int i = 0; i < byShare.size(); i++) {
            targets.put(byShare.get(i).id(), i < more ? low + 1 : low);
        }
        assign(shards, sharers, all);
    }

    private void assign(int shards, List<MemberView> sharers, List<MemberView> all) {
        Set<Integer> taken = new HashSet<>();
        all.forEach(each -> taken.addAll(each.marks().keySet()));
        int next = 0;
        for (MemberView each : sharers) {
            List<Integer> own = new ArrayList<>();
            int lacks = target(each.id()) - each.kept();
            while (own.size() < lacks && next < shards) {
                if (!taken.contains(next)) {
                    own.add(next);
                }
                next++;
            }
            assigned.put(each.id(), own);
        }
    }

    int target(MemberId id) {
        return targets.getOrDefault(id, 0);
    }

    /** Free shards for this member to claim. */
    List<Integer> assigned(MemberId id) {
        return assigned.getOrDefault(id, List.of());
    }
}
