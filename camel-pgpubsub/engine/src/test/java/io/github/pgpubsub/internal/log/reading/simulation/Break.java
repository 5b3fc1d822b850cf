package io.github.pgpubsub.internal.log.reading.simulation;

import java.util.List;

/** Ways to break the protocol, one rule each, and what the simulation has to say of them. */
public enum Break {
    NONE,
    /** The place is an id: what commits late with a lower id is not seen. */
    CURSOR_BY_ID("is lost"),
    /** Reads what lies before the oldest open transaction, in order of xid and id. */
    HORIZON_ORDER("before its cause"),
    /** A large window is read in two halves, cut by xid. */
    WINDOW_CUT_BY_XID("before its cause"),
    /** Updates of the place name neither epoch nor owner, and write what the reader remembers. */
    ACKNOWLEDGEMENT_WITHOUT_EPOCH("is lost", "is not marked", "effects"),
    /** Updates of the place name the epoch only, and write what the reader remembers. */
    EPOCH_WITHOUT_OWNER("is lost", "is not marked", "effects"),
    /** Updates of the place name epoch and owner, and not the window that they mean. */
    WINDOW_NOT_NAMED("is lost", "is not marked", "effects"),
    /** The rest of a window begins one id too late. */
    LOWER_BOUND_ONE_TOO_HIGH("is lost"),
    /** The xid that bounds the stragglers is drawn before the sequence is read. */
    XID_BEFORE_SEQUENCE("is lost"),
    /** Goes to sleep as soon as it has the lock. */
    NO_SECOND_LOOK("never comes"),
    /** A slot counts as read where its ids are not above the place's last id. */
    SLOT_EMPTIED_BEFORE_STRAGGLER("is lost"),
    /** A message counts as complete when it begins. */
    COMPLETE_AT_BEGIN("is lost"),
    /** Step 0 does not see that the timeline is another. */
    TIMELINE_UNSEEN("twice and is not marked"),
    /** What is complete in memory counts on another timeline, too, where its effects may be lost. */
    COMPLETE_ON_ANY_TIMELINE("has no effects"),
    /** What is complete in memory is acknowledged on another timeline, too: a pooler leads there. */
    ACKNOWLEDGEMENT_ON_ANY_TIMELINE("has no effects"),
    /** The place goes over what was parked on the former primary: memory says so, and nobody looks which server it is. */
    PARKED_ON_ANY_TIMELINE("is lost"),
    /** An acknowledgement goes over what was parked on the former primary: a pooler leads to another one. */
    ACKNOWLEDGEMENT_OVER_PARKED("is lost"),
    /** An exchange's transaction goes over what was parked on the former primary. */
    EXCHANGE_OVER_PARKED("is lost"),
    /** An exchange's transaction moves the place on another timeline, too, where it lacks the effects of the one before. */
    EXCHANGE_ON_ANY_TIMELINE("has no effects"),
    /** A restart may lose what an exchange has committed. */
    EXCHANGE_NOT_DURABLE("has no effects"),
    /** A restart may lose what is parked. */
    PARKED_NOT_DURABLE("is lost"),
    /** Step 0 marks nothing of an open window. */
    OPEN_WINDOW_UNMARKED("twice and is not marked"),
    /** A deposed reader takes its answer for a good one. */
    DEPOSED_GOES_ON("was deposed"),
    /** An acknowledgement that is late undoes what an exchange's transaction has moved. */
    LAST_ID_GOES_BACK("effects"),
    /** An exchange's transaction moves the place without a fence. */
    EXCHANGE_WITHOUT_FENCE("effects"),
    /** Who closes a window and opens the next one compares the fence with the place in its snapshot, and not with the one it updates. */
    NEXT_FENCED_BY_ITS_SNAPSHOT("is lost", "is not marked", "effects"),
    /** Its answer is lost, so it is run again, and closes the window that is open there. */
    NEXT_RUN_AGAIN("is lost"),
    /** Behind a pooler the snapshot is taken by a statement before, maybe of a former server: its xids are drawn again. */
    SNAPSHOT_OF_AN_EARLIER_STATEMENT("is lost", "is not marked", "effects"),
    /** A window ends where another reader's ends, although that snapshot may have been taken before the one with which it begins. */
    SHARED_END_NOT_LATER("is lost", "is not marked", "twice"),
    /** A window ends where another reader's ended on a former server: its xids are drawn again. */
    SHARED_END_OF_ANOTHER_SERVER("is lost", "is not marked");

    private final List<String> symptoms;

    /** @param symptoms parts of what is said */
    Break(String... symptoms) {
        this.symptoms = List.of(symptoms);
    }

    /** Whether that is what it does, and not something else that it breaks as well. */
    boolean isFoundBy(String said) {
        return symptoms.stream().anyMatch(said::contains);
    }
}
