package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** The messages of one sender, and the members that took them. */
final class Sender {

    final String name;
    final BitSet committed = new BitSet();
    final BitSet taken = new BitSet();
    /** Begin of each number's transaction, by number. */
    private long[] sentAt = new long[1024];
    /** Ordered by time. */
    final List<Take> takes = new ArrayList<>();
    private long[] highest = new long[0];

    Sender(String name) {
        this.name = name;
    }

    void add(Event.Sending event) {
        if (event.stage() == Event.Stage.SENDING) {
            int size = Math.toIntExact(event.last()) + 1;
            if (sentAt.length < size) {
                sentAt = Arrays.copyOf(sentAt, Math.max(size, 2 * sentAt.length));
            }
            Arrays.fill(sentAt, (int) event.first(), size, event.micros());
        } else if (event.stage() == Event.Stage.COMMITTED) {
            committed.set((int) event.first(), (int) event.last() + 1);
        }
    }

    void add(Take take) {
        takes.add(take);
        taken.set((int) take.number());
    }

    /** Call this after all events have been added. */
    void complete() {
        highest = new long[takes.size() + 1];
        for (int i = 0; i < takes.size(); i++) {
            highest[i + 1] = Math.max(highest[i], takes.get(i).number());
        }
    }

    long sentAt(long number) {
        return number < sentAt.length ? sentAt[(int) number] : 0;
    }

    /** The highest number that any member had begun before that time; 0: none. */
    long highestBefore(long micros) {
        return highest[countBefore(micros)];
    }

    /** The highest number below this one that any member has begun; -1: none. */
    long below(Take take) {
        return taken.previousSetBit((int) take.number() - 1);
    }

    /** Number of takes before that time. */
    int countBefore(long micros) {
        int low = 0;
        int high = takes.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (takes.get(middle).micros() < micros) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Committed numbers that no member has begun, ascending. */
    List<Long> missing() {
        BitSet missing = (BitSet) committed.clone();
        missing.andNot(taken);
        return missing.stream().asLongStream().boxed().toList();
    }
}
