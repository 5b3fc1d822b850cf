package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.SharedEnds;
import io.github.pgpubsub.internal.log.reading.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The shards of a group that this process reads, and what they have in common: a shard whose window is complete ends the next one where
 * another shard's ends, so that most of the time all have the same windows, and each page is read once. Shards that move, fail or are slow
 * have other windows for a while. Belongs to the reading thread.
 */
final class Siblings {

    private final SharedEnds ends = new SharedEnds();
    private final Set<Sibling> all = new LinkedHashSet<>();
    private final Map<Window, SharedPages> pages = new LinkedHashMap<>();

    /** A shard, and where it is. Two consumers of one process may be about to read the same one. */
    static final class Sibling {

        final int shard;
        /** Of its place; 0: not known. */
        private long no;
        /** Up to there all is complete, or is going to be; null: it reads nothing. */
        private @Nullable Bound end;
        private @Nullable Window window;

        Sibling(int shard) {
            this.shard = shard;
        }
    }

    /** The siblings of each group. */
    static final class Groups {

        private final Map<List<String>, Siblings> siblings = new HashMap<>();

        Siblings of(Shard group) {
            siblings.values().removeIf(each -> each.all.isEmpty());
            return siblings.computeIfAbsent(List.of(group.channel(), group.group(), String.valueOf(group.shards())),
                    unused -> new Siblings());
        }
    }

    void join(Sibling sibling) {
        all.add(sibling);
    }

    void leave(Sibling sibling) {
        forget(sibling);
        all.remove(sibling);
    }

    /** The shard reads nothing until it says where it is. */
    void forget(Sibling sibling) {
        sibling.end = null;
        sibling.window = null;
        leavePages(sibling, null);
    }

    // ---- ends of windows

    /** The shard has completed everything up to this end. */
    void isAt(Sibling sibling, long no, Bound done) {
        sibling.no = no;
        sibling.end = done;
        sibling.window = null;
    }

    /** The end of another shard's window with which this one may end its next window; null: none. */
    @Nullable
    Bound after(Bound done) {
        return ends.after(done);
    }

    /** Of the places that may have that end. */
    List<Long> places() {
        return all.stream().map(each -> each.no).filter(no -> no != 0).toList();
    }

    /** A window is about to be opened with an end of its own. Returns the number for {@link #opened}. */
    long begin() {
        return ends.begin();
    }

    void opened(Bound upto, long number) {
        ends.opened(upto, number);
    }

    /** A shard has this window, and leaves other ones' pages. */
    void has(Sibling sibling, Window window) {
        if (!window.equals(sibling.window)) {
            sibling.end = window.upto();
            sibling.window = window;
            leavePages(sibling, window);
        }
    }

    // ---- pages

    /** This shard, whose window begins there, and those that are going to have the same one when they have completed their own. */
    Set<Sibling> takers(Sibling sibling, Bound done) {
        Map<Integer, Sibling> takers = new LinkedHashMap<>();
        takers.put(sibling.shard, sibling);
        for (Sibling each : all) {
            if (done.equals(each.end)) {
                takers.putIfAbsent(each.shard, each);
            }
        }
        return new LinkedHashSet<>(takers.values());
    }

    /** The pages of this window, for this shard or for others; null: there are none. */
    @Nullable
    SharedPages pages(Window window) {
        return pages.get(window);
    }

    /** Shares the pages of a window of which none are shared. */
    SharedPages share(Window window, int shards, Set<Sibling> takers, BufferLimit memory) {
        assert !pages.containsKey(window);
        // Of the windows that begin there, they are going to have the last one.
        pages.forEach((former, shared) -> {
            if (former.done().equals(window.done())) {
                takers.forEach(shared::leave);
            }
        });
        pages.values().removeIf(SharedPages::isOver);
        SharedPages shared = new SharedPages(window, shards, takers, memory);
        pages.put(window, shared);
        return shared;
    }

    /** Gives back the memory of what others have not taken yet. They read it by themselves. */
    void shed() {
        List<SharedPages> given = new ArrayList<>(pages.values());
        pages.clear();
        given.forEach(SharedPages::dissolve);
    }

    private void leavePages(Sibling sibling, @Nullable Window but) {
        pages.forEach((window, shared) -> {
            if (!window.equals(but)) {
                shared.leave(sibling);
            }
        });
        pages.values().removeIf(SharedPages::isOver);
    }
}
