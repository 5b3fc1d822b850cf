package io.github.pgpubsub.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Judges histories written by hand: for each rule, one that keeps the rule and one that breaks it. Times are milliseconds. */
class JudgeTest {

    private static final Settings RECONNECT = Settings.ofOptions("gapMarker=reconnect");

    /** Anna leads from 20 on, Ben stands by from 40 on. */
    private static final String TWO = """
            0 test starting anna -
            0 test starting ben -
            10 anna role DISCONNECTED COLD
            20 anna role TAKING_OVER LEADER
            30 ben role DISCONNECTED COLD
            40 ben role COLD STANDBY
            50 test started anna -
            50 test started ben -
            """;

    /** Sends these numbers and commits them at the same time. */
    private static String sent(long at, long first, long last) {
        return at + " test sending numbers " + first + " " + last + "\n" + at + " test committed numbers " + first + " " + last
                + "\n";
    }

    private static String taken(long at, String who, long... numbers) {
        return taken(at, who, "new", numbers);
    }

    private static String takenAgain(long at, String who, long... numbers) {
        return taken(at, who, "again", numbers);
    }

    /** A member begins and ends these numbers at the same time. */
    private static String taken(long at, String who, String mark, long... numbers) {
        return LongStream.of(numbers).mapToObj(n -> begun(at, who, mark, n) + at + " " + who + " end numbers " + n + "\n")
                .collect(Collectors.joining());
    }

    private static String begun(long at, String who, String mark, long number) {
        return at + " " + who + " begin numbers " + number + " " + mark + " id-" + number + "\n";
    }

    private static Verdict judge(String history) {
        return judge(history, RECONNECT);
    }

    private static Verdict judge(String history, Settings settings) {
        return Judge.judge(History.of(history), settings);
    }

    private static void assertKept(String history) {
        Verdict verdict = judge(history);
        assertThat(verdict.violations()).as("%s", verdict).isEmpty();
    }

    private static void assertBroken(String history, Class<? extends Rule> rule, int times) {
        Verdict verdict = judge(history);
        assertThat(verdict.counts()).as("%s", verdict).containsOnlyKeys(rule.getSimpleName())
                .containsEntry(rule.getSimpleName(), times);
    }

    @Test
    void aDayOnWhichNothingHappensIsKept() {
        assertKept(TWO + sent(100, 1, 3) + taken(110, "anna", 1, 2, 3));
    }

    @Test
    void whatIsFoundIsShownWithTheEventsAround() {
        Verdict verdict = judge(TWO + sent(100, 1, 3) + taken(110, "anna", 1, 3));
        assertThat(verdict.toString()).contains("lost unreported 1", "1 lost unreported: numbers:2 to 2", "against: Orderly stop",
                "0.020000 anna role TAKING_OVER LEADER", "0.100000 test committed numbers 1 3");
    }

    @Nested
    class LostUntold {

        private static final String ANNA_IS_KILLED = TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2) + sent(150, 3, 6)
                + "200 test killing anna -\n300 ben role TAKING_OVER LEADER\n";

        @Test
        void aGapCoversWhatLiesBetweenWhatCameBeforeAndAfter() {
            assertKept(ANNA_IS_KILLED + "310 ben gap 100\n" + taken(320, "ben", 5, 6));
            assertKept(ANNA_IS_KILLED + "310 ben gap 100\n" + sent(330, 7, 7) + taken(340, "ben", 7));
        }

        @Test
        void withoutAGapItIsLost() {
            assertBroken(ANNA_IS_KILLED + taken(320, "ben", 5, 6), NothingLostUntold.class, 1);
        }

        @Test
        void aGapDoesNotCoverWhatWasSkippedBefore() {
            String skipped = TWO + sent(100, 1, 4) + taken(110, "anna", 1, 3) + "200 test killing anna -\n"
                    + "300 ben role TAKING_OVER LEADER\n310 ben gap 100\n" + sent(320, 5, 5) + taken(330, "ben", 5);
            Verdict verdict = judge(skipped);
            assertThat(verdict.violations()).singleElement().extracting(Violation::text).asString().contains("numbers:2 to 2");
        }

        @Test
        void aGapDoesNotCoverWhatIsSkippedLater() {
            assertBroken(ANNA_IS_KILLED + "310 ben gap 100\n" + taken(320, "ben", 3, 4, 6), NothingLostUntold.class, 1);
        }

        @Test
        void aGapDoesNotCoverWhatIsSentWhenItHasBeenTold() {
            assertBroken(ANNA_IS_KILLED + "310 ben gap 100\n" + sent(320, 7, 8) + taken(330, "ben", 8), NothingLostUntold.class,
                    1);
        }

        @Test
        void aFirstGapExcusesNothing() {
            Verdict verdict = judge(ANNA_IS_KILLED + "310 ben gap 0\n" + taken(320, "ben", 5, 6),
                    Settings.ofOptions("gapMarker=always"));
            assertThat(verdict.counts()).containsOnlyKeys("NothingLostUntold");
        }

        @Test
        void itNeverCameAtAll() {
            assertBroken(TWO + sent(100, 1, 2) + taken(110, "anna", 1), NothingLostUntold.class, 1);
        }

        @Test
        void beforeAnybodyLedAndAfterTheLastWasKilledNobodyIsThere() {
            String alone = "0 test starting anna -\n10 anna role DISCONNECTED COLD\n" + sent(12, 1, 2)
                    + "20 anna role TAKING_OVER LEADER\n" + sent(30, 3, 6) + taken(40, "anna", 3, 4) + "50 test killing anna -\n"
                    + sent(60, 7, 8) + "70 test starting ben -\n80 ben role DISCONNECTED COLD\n90 ben role TAKING_OVER LEADER\n"
                    + sent(100, 9, 9) + taken(110, "ben", 9);
            assertKept(alone);
            assertThat(judge(alone).figures()).contains("lost without a group 6");
        }

        @Test
        void whatTheLastOneSkippedIsLostAllTheSame() {
            String alone = "0 test starting anna -\n20 anna role TAKING_OVER LEADER\n" + sent(30, 1, 4) + taken(40, "anna", 1, 3)
                    + "50 test killing anna -\n";
            assertBroken(alone, NothingLostUntold.class, 1);
        }

        /** Leader and standby are killed at the same time. The cold member had seen them, so it reports the gap. */
        @Test
        void aColdMemberTellsOfWhatTheOthersTookAlong() {
            String three = TWO + "50 test starting carl -\n60 carl role DISCONNECTED COLD\n" + sent(3000, 1, 4)
                    + taken(3010, "anna", 1, 2) + "3100 test killing anna -\n3100 test killing ben -\n"
                    + "6000 carl role TAKING_OVER LEADER\n";
            assertKept(three + "6001 carl gap 3000\n" + sent(6010, 5, 5) + taken(6020, "carl", 5));
            assertBroken(three + sent(6010, 5, 5) + taken(6020, "carl", 5), NothingLostUntold.class, 1);
        }

        @Test
        void aColdMemberThatHasJustComeMayNotHaveSeenThem() {
            assertKept(TWO + sent(3000, 1, 4) + taken(3010, "anna", 1, 2) + "3050 test starting carl -\n"
                    + "3060 carl role DISCONNECTED COLD\n3100 test killing anna -\n3100 test killing ben -\n"
                    + "6000 carl role TAKING_OVER LEADER\n" + sent(6010, 5, 5) + taken(6020, "carl", 5));
        }

        @Test
        void whoseStartHasReturnedHasSeenThem() {
            assertBroken(TWO + sent(3000, 1, 4) + taken(3010, "anna", 1, 2) + "3050 test starting carl -\n"
                    + "3060 carl role DISCONNECTED COLD\n3070 test started carl -\n3100 test killing anna -\n3100 test killing ben -\n"
                    + "6000 carl role TAKING_OVER LEADER\n" + sent(6010, 5, 5) + taken(6020, "carl", 5), NothingLostUntold.class,
                    1);
        }

        /** Carl comes when Ben, frozen, is the only one who has seen Anna lead. */
        @Test
        void aFrozenMemberWhoseSessionEndsCannotSaySo() {
            String freezing = "200 test freezing ben -\n";
            String stopping = "200 test stopping anna -\n";
            for (String order : List.of(freezing + stopping, stopping + freezing)) {
                String newcomer = TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2) + order
                        + "220 anna role LEADER STOPPED\n230 test starting carl -\n" + sent(300, 3, 4)
                        + "400 carl role TAKING_OVER LEADER\n" + sent(410, 5, 5) + taken(420, "carl", 5)
                        + "500 test thawing ben -\n";
                assertKept(newcomer + "510 ben role STANDBY DISCONNECTED\n");
                assertBroken(newcomer + "510 ben role STANDBY COLD\n", NothingLostUntold.class, 1);
                assertBroken(newcomer + "3000 ben role STANDBY DISCONNECTED\n", NothingLostUntold.class, 1);
            }
        }

        /** One of two threads had taken message 2 and not begun it. */
        @Test
        void aThreadOfSeveralMayHaveHeldOneThatOthersOvertook() {
            String killed = TWO + sent(100, 1, 4) + taken(110, "anna", 1, 3, 4) + "200 test killing anna -\n"
                    + "300 ben role TAKING_OVER LEADER\n310 ben gap 100\n" + sent(320, 5, 5) + taken(330, "ben", 5);
            assertThat(judge(killed, Settings.ofOptions("gapMarker=reconnect&concurrentConsumers=2")).violations()).isEmpty();
            assertThat(judge(killed).counts()).containsOnlyKeys("NothingLostUntold");
        }
    }

    /** A take-over that ended with the server leaves two holes; the next leader reports both at the same time. */
    @Nested
    class TwoGapsAtOnce {

        private static final Settings SEVERAL = Settings.ofOptions("gapMarker=reconnect&concurrentConsumers=2");
        private static final String TWO_HOLES = TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2) + sent(150, 3, 35)
                + "200 test killing anna -\n300 ben role TAKING_OVER LEADER\n";
        private static final String TOLD_OF = taken(321, "ben", 13, 14) + taken(322, "ben", 26, 27);
        private static final String AND_ON = taken(323, "ben", 28, 29, 30, 31, 32, 33, 34, 35);

        @Test
        void coverTwoHolesOfSeveralThreads() {
            assertThat(judge(TWO_HOLES + "320 ben gap 100\n321 ben gap 150\n" + TOLD_OF + AND_ON, SEVERAL).violations())
                    .isEmpty();
        }

        /** The killed process may have held two of the missing messages. */
        @Test
        void whileOneGapCoversOneOfThem() {
            assertThat(judge(TWO_HOLES + "320 ben gap 100\n" + TOLD_OF + AND_ON, SEVERAL).violations()).singleElement()
                    .extracting(Violation::text).asString().contains("8 lost unreported: numbers:5 to 12");
        }

        @Test
        void andTwoGapsNotAThird() {
            assertThat(judge(TWO_HOLES + "320 ben gap 100\n321 ben gap 150\n" + TOLD_OF + taken(323, "ben", 35), SEVERAL)
                    .violations()).singleElement().extracting(Violation::text).asString()
                    .contains("7 lost unreported: numbers:28 to 34");
        }
    }

    @Nested
    class BegunByOneThatDied {

        private static final String UNFINISHED = TWO + sent(100, 1, 3) + taken(110, "anna", 1) + begun(120, "anna", "new", 2)
                + "200 test killing anna -\n300 ben role TAKING_OVER LEADER\n";

        @Test
        void comesAgain() {
            assertKept(UNFINISHED + takenAgain(310, "ben", 2) + taken(310, "ben", 3));
        }

        @Test
        void orIsToldAsAGap() {
            assertKept(UNFINISHED + "310 ben gap 100\n" + taken(310, "ben", 3));
        }

        @Test
        void andIsNotLeftOut() {
            assertBroken(UNFINISHED + taken(310, "ben", 3), WhatHasBegunEnds.class, 1);
        }

        @Test
        void orLeftOutByOneThatStopped() {
            assertBroken(TWO + sent(100, 1, 2) + begun(120, "anna", "new", 1) + "200 test stopping anna -\n"
                    + "300 ben role TAKING_OVER LEADER\n310 test stopped anna -\n" + taken(320, "ben", 2), WhatHasBegunEnds.class,
                    1);
        }
    }

    @Nested
    class Twice {

        private static final String KILLED = TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2) + "200 test killing anna -\n"
                + "300 ben role TAKING_OVER LEADER\n";
        private static final String STOPPED = TWO + sent(100, 1, 2) + taken(110, "anna", 1) + begun(110, "anna", "new", 2)
                + "200 test stopping anna -\n300 ben role TAKING_OVER LEADER\n";

        @Test
        void afterAKillItIsMarked() {
            assertKept(KILLED + takenAgain(310, "ben", 2));
            assertThat(judge(KILLED + taken(310, "ben", 2)).counts()).containsEntry("TwiceOnlyMarked", 1);
        }

        /** The frozen process resumes with a message that its thread had taken and that its successor has begun. */
        @Test
        void theMarkIsTheLaterTermsWhateverTheClockSays() {
            assertKept(
                    TWO + sent(100, 1, 2) + taken(110, "anna", 1) + "200 test freezing anna -\n300 ben role TAKING_OVER LEADER\n"
                            + takenAgain(310, "ben", 1, 2) + "400 test thawing anna -\n" + taken(410, "anna", 2));
        }

        @Test
        void afterAnOrderlyStopThereIsNone() {
            assertBroken(STOPPED + "250 anna end numbers 2\n" + takenAgain(310, "ben", 2), OrderlyNothingTwice.class, 1);
        }

        @Test
        void butWhatTheShutdownLeftUnfinishedIsMarked() {
            assertKept(STOPPED + takenAgain(310, "ben", 2) + "400 test stopped anna -\n");
        }
    }

    @Nested
    class Reported {

        /** Anna is cut off, Ben leads and stops in an orderly way, Anna is connected again. */
        private static final String CUT_OFF = TWO + sent(100, 1, 3) + taken(110, "anna", 1) + "120 test disturbing anna cut\n"
                + "130 anna role LEADER DISCONNECTED\n300 ben role TAKING_OVER LEADER\n" + takenAgain(310, "ben", 1, 2, 3);

        @Test
        void whatAnOrderlyStopEndedDoesNotComeAgainFromAnOldQueue() {
            String stopped = CUT_OFF + "400 test stopping ben -\n450 ben role RESIGNING STOPPED\n460 test stopped ben -\n"
                    + "500 test settled anna cut\n600 anna role TAKING_OVER LEADER\n610 anna gap 480\n";
            assertKept(stopped + sent(650, 4, 4) + taken(660, "anna", 4));
            assertBroken(stopped + takenAgain(620, "anna", 2, 3), NothingReportedComesAgain.class, 2);
        }

        @Test
        void whatWasEndedJustBeforeAKillMayComeAgain() {
            assertKept(CUT_OFF + "400 test killing ben -\n500 test settled anna cut\n600 anna role TAKING_OVER LEADER\n"
                    + takenAgain(610, "anna", 2, 3));
        }

        /** A kill takes effect a moment after it is recorded. */
        @Test
        void whatWasEndedAmidAKillMayComeAgain() {
            assertKept(CUT_OFF + sent(390, 4, 4) + "400 test killing ben -\n" + taken(401, "ben", 4)
                    + "500 test settled anna cut\n6600 anna role TAKING_OVER LEADER\n" + takenAgain(6610, "anna", 4));
        }

        @Test
        void whatWasEndedLongBeforeAKillMayNot() {
            assertBroken(CUT_OFF + "6000 test killing ben -\n6100 test settled anna cut\n6600 anna role TAKING_OVER LEADER\n"
                    + takenAgain(6610, "anna", 2, 3), NothingReportedComesAgain.class, 2);
        }
    }

    @Nested
    class TwoLeaders {

        private static final String FROZEN = TWO + sent(100, 1, 9) + taken(110, "anna", 1) + "200 test freezing anna -\n"
                + "300 ben role TAKING_OVER LEADER\n" + takenAgain(310, "ben", 1, 2, 3, 4) + "400 test thawing anna -\n";

        @Test
        void oneThreadMayGoOnWithWhatItHadInItsHands() {
            assertKept(FROZEN + taken(410, "anna", 2) + taken(420, "ben", 5, 6, 7, 8, 9));
        }

        @Test
        void andNotWithASecondOne() {
            assertBroken(FROZEN + taken(410, "anna", 2, 3) + taken(420, "ben", 5, 6, 7, 8, 9), OneLeader.class, 1);
        }

        @Test
        void whoWasNotFrozenBeginsNoneAtAll() {
            assertBroken(TWO + sent(100, 1, 2) + "150 test disturbing anna ended\n160 test settled anna ended\n"
                    + "300 ben role TAKING_OVER LEADER\n" + taken(310, "ben", 1) + taken(320, "anna", 2), OneLeader.class, 1);
        }

        @Test
        void whoNeverLedBeginsNone() {
            assertBroken(TWO + sent(100, 1, 1) + taken(110, "ben", 1), OneLeader.class, 1);
        }

        @Test
        void whoLeadsAgainBegins() {
            assertKept(TWO + sent(100, 1, 3) + taken(110, "anna", 1)
                    + "200 test stopping anna -\n300 ben role TAKING_OVER LEADER\n"
                    + taken(310, "ben", 2) + "320 test stopped anna -\n330 test starting anna -\n340 test stopping ben -\n"
                    + "350 anna role TAKING_OVER LEADER\n" + taken(360, "anna", 3));
        }
    }

    @Nested
    class Order {

        @Test
        void withinATerm() {
            assertBroken(TWO + sent(100, 1, 2) + taken(110, "anna", 2) + taken(111, "anna", 1), CommitOrder.class, 1);
        }

        @Test
        void overMembers() {
            assertBroken(TWO + sent(100, 1, 2) + taken(110, "anna", 2) + "200 test stopping anna -\n"
                    + "300 ben role TAKING_OVER LEADER\n" + taken(310, "ben", 1), CommitOrder.class, 1);
        }

        @Test
        void ofSeveralSendersEachOnItsOwn() {
            assertKept(TWO + sent(100, 1, 2) + sent(100, 1, 2).replace("numbers", "others") + taken(110, "anna", 1, 2)
                    + taken(120, "anna", 1, 2).replace("numbers", "others").replace("id-", "id-of-others-"));
        }

        @Test
        void severalConsumersGiveItUp() {
            assertThat(judge(TWO + sent(100, 1, 2) + taken(110, "anna", 2) + taken(111, "anna", 1),
                    Settings.ofOptions("gapMarker=reconnect&concurrentConsumers=8")).violations()).isEmpty();
        }
    }

    @Nested
    class Ids {

        private static final String KILLED = TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2) + "200 test killing anna -\n"
                + "300 ben role TAKING_OVER LEADER\n";

        @Test
        void theSameEachTime() {
            assertKept(KILLED + takenAgain(310, "ben", 1, 2));
        }

        @Test
        void notAnother() {
            assertBroken(KILLED + takenAgain(310, "ben", 1, 2).replace("id-2", "id-3"), OneId.class, 1);
        }

        @Test
        void notNone() {
            assertBroken((TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2)).replace("id-2", "-"), OneId.class, 1);
        }

        @Test
        void notAnothers() {
            assertBroken((TWO + sent(100, 1, 2) + taken(110, "anna", 1, 2)).replace("id-2", "id-1"), OneId.class, 1);
        }
    }

    @Nested
    class Gaps {

        @Test
        void noneWithoutACause() {
            assertBroken(
                    TWO + "200 test stopping anna -\n300 ben role TAKING_OVER LEADER\n310 ben gap 5\n320 test stopped anna -\n",
                    GapsForCause.class, 1);
        }

        /** Anna's term began long after Carl was killed. */
        @Test
        void aCauseThatIsLongPastIsNone() {
            String past = "0 test starting carl -\n10 test killing carl -\n";
            String late = TWO.replace("\n10 ", "\n20010 ").replace("\n20 ", "\n20020 ").replace("\n30 ", "\n20030 ")
                    .replace("\n40 ", "\n20040 ").replace("\n50 ", "\n20050 ");
            assertBroken(past + late + "20200 test stopping anna -\n20300 ben role TAKING_OVER LEADER\n20310 ben gap 5\n"
                    + "20320 test stopped anna -\n", GapsForCause.class, 1);
        }

        /** A missed message that is reported as a gap is no violation. */
        @Test
        void whoCameWhenTheLastHadLeftMayTellOne() {
            assertKept("0 test starting anna -\n20 anna role TAKING_OVER LEADER\n" + sent(30, 1, 1) + taken(31, "anna", 1)
                    + "40 test starting ben -\n50 test stopping anna -\n60 ben role DISCONNECTED COLD\n" + sent(70, 2, 2)
                    + "80 test stopped anna -\n90 ben role TAKING_OVER LEADER\n91 ben gap 30\n" + sent(92, 3, 3)
                    + taken(93, "ben", 3));
        }

        @Test
        void theFirstStartIsNoLoss() {
            assertThat(judge(TWO + "60 anna gap 0\n", Settings.ofOptions("gapMarker=always")).violations()).isEmpty();
        }

        @Test
        void noneAtAllWhereATestSaysSo() {
            String killed = TWO + "200 test killing anna -\n300 ben role TAKING_OVER LEADER\n310 ben gap 5\n";
            assertKept(killed);
            assertThat(judge(killed, RECONNECT.withoutGaps()).counts()).containsOnlyKeys("GapsForCause");
        }
    }

    /** Runs with singleListener=false. */
    @Nested
    class AllListen {

        private static final Settings ALL = Settings.ofOptions("singleListener=false&gapMarker=reconnect");
        private static final String BOTH = """
                0 test starting anna -
                0 test starting ben -
                50 test started anna -
                50 test started ben -
                """ + sent(100, 1, 4) + taken(110, "anna", 1, 2, 3, 4);
        private static final String CUT = BOTH + taken(110, "ben", 1) + "120 test disturbing ben cut\n130 test settled ben cut\n";

        @Test
        void eachGetsEach() {
            assertThat(judge(BOTH + taken(110, "ben", 1, 2, 3, 4), ALL).violations()).isEmpty();
        }

        @Test
        void aGapCoversWhatOneMissed() {
            assertThat(judge(CUT + "140 ben gap 10\n" + taken(150, "ben", 4), ALL).violations()).isEmpty();
        }

        @Test
        void withoutOneItIsLost() {
            assertThat(judge(CUT + taken(150, "ben", 4), ALL).counts()).containsOnlyKeys("EachConsumerAll");
            assertThat(judge(BOTH + taken(110, "ben", 1, 2, 3), ALL).counts()).containsOnlyKeys("EachConsumerAll");
        }

        @Test
        void aGapCoversNothingThatWasSentAfterIt() {
            String after = CUT + "140 ben gap 10\n" + taken(150, "ben", 4) + sent(160, 5, 6) + taken(165, "anna", 5, 6);
            assertThat(judge(after, ALL).counts()).containsOnlyKeys("EachConsumerAll");
            String nothingSince = CUT + "140 ben gap 10\n" + sent(160, 5, 6) + taken(165, "anna", 5, 6);
            assertThat(judge(nothingSince, ALL).counts()).containsOnlyKeys("EachConsumerAll");
        }

        /** Seen: a thread had the gap, and paused before it wrote it down, while others went on. */
        @Test
        void ofSeveralThreadsTheOneWithTheGapMayPause() {
            Settings several = Settings.ofOptions("singleListener=false&gapMarker=reconnect&concurrentConsumers=2");
            String far = "0 test starting ben -\n50 test started ben -\n" + sent(100, 1, 20)
                    + taken(110, "ben", 1) + "120 test disturbing ben cut\n130 test settled ben cut\n";
            assertThat(judge(
                    far + taken(150, "ben", 11, 12, 13, 14) + "160 ben gap 10\n" + taken(170, "ben", 15, 16, 17, 18, 19, 20),
                    several).violations()).isEmpty();
            assertThat(judge(far + taken(150, "ben", 11, 12, 14) + "160 ben gap 10\n" + taken(170, "ben", 15, 16, 17, 18, 19, 20),
                    several).violations()).singleElement().asString().contains("1 lost unreported");
        }

        @Test
        void anothersGapCoversNothing() {
            assertThat(judge(CUT + "140 anna gap 10\n" + taken(150, "ben", 4), ALL).counts())
                    .containsOnlyKeys("EachConsumerAll", "GapsForCause");
        }

        @Test
        void noneComesTwice() {
            assertThat(judge(BOTH + taken(110, "ben", 1, 2, 3, 4, 4), ALL).counts()).containsOnlyKeys("EachConsumerOnce");
        }

        @Test
        void inOrder() {
            assertThat(judge(BOTH + taken(110, "ben", 1, 3, 2, 4), ALL).counts()).containsOnlyKeys("EachConsumerInOrder");
        }
    }
}
