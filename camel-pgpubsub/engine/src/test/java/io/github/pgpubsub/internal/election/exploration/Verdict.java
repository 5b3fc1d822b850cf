package io.github.pgpubsub.internal.election.exploration;

import io.github.pgpubsub.MessageId;
import io.github.pgpubsub.internal.election.Entry;
import java.util.TreeMap;
import java.util.TreeSet;

/** The fate of the messages, and the rules for it. */
final class Verdict {

    private final TreeSet<Long> begun = new TreeSet<>();
    private final TreeSet<Long> completed = new TreeSet<>();
    /** Missed messages that were reported as a gap. */
    private final TreeSet<Long> excused = new TreeSet<>();
    private final TreeMap<Long, MessageId> ids = new TreeMap<>();
    private long lastFresh = -1;
    /** A member reported a gap and ended before a message followed: the gap counts for the next leader's messages. */
    private boolean gapWasLast;

    static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }

    boolean isSettled(long number) {
        return completed.contains(number) || excused.contains(number);
    }

    /**
     * Every message before a message that is taken in is complete, or held by this member too, or reported as a gap by it
     * before.
     */
    void takesIn(ExploredMember member, Entry<Long> entry) {
        boolean told = member.gapIsLast || gapWasLast;
        for (long each = 0; each < entry.message(); each++) {
            if (!isSettled(each) && !member.has(each) && !member.missedInGap.contains(each)) {
                expect(told, "message " + each + " is lost and nobody is told: " + member + " goes on with " + entry.message());
                member.missedInGap.add(each);
            }
        }
        if (told && (gapWasLast || member.gapHandled)) {
            tellsGap(member);
        }
        member.gapIsLast = false;
        gapWasLast = false;
        named(entry);
    }

    void tellsGap(ExploredMember member) {
        excused.addAll(member.missedInGap);
    }

    void isGone(ExploredMember member) {
        gapWasLast |= member.gapIsLast && member.gapHandled;
    }

    void begins(Entry<Long> entry) {
        long number = entry.message();
        boolean again = !begun.add(number);
        expect(!again || entry.redelivered(), "message " + number + " comes twice and is not marked");
        if (!entry.redelivered()) {
            expect(number > lastFresh, "message " + number + " comes after " + lastFresh);
            lastFresh = number;
        }
        named(entry);
    }

    void completes(long number) {
        completed.add(number);
    }

    private void named(Entry<Long> entry) {
        expect(entry.id() != null, "message " + entry.message() + " has no id");
        MessageId known = ids.putIfAbsent(entry.message(), entry.id());
        expect(known == null || known.equals(entry.id()), "message " + entry.message() + " has two ids");
        expect(ids.values().stream().filter(entry.id()::equals).count() == 1, "two messages have one id");
    }
}
