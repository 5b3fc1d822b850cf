package io.github.pgpubsub.history.kept;

import io.github.pgpubsub.history.Verdict;
import io.github.pgpubsub.history.Violation;
import io.github.pgpubsub.history.kept.KeptEvent.Delivered;
import io.github.pgpubsub.history.kept.KeptEvent.Effect;
import io.github.pgpubsub.history.kept.KeptEvent.Happened;
import io.github.pgpubsub.history.kept.KeptEvent.Phase;
import io.github.pgpubsub.history.kept.KeptEvent.Stage;
import io.github.pgpubsub.history.kept.KeptEvent.What;
import io.github.pgpubsub.history.kept.KeptEvent.Written;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Judges a run of kept messages, by its record alone. */
public final class KeptJudge {

    /**
     * What a group was told to do. It has had its place before the first message was written, or has begun with the earliest.
     *
     * @param threads       of each member; with one, each key's messages come in order
     * @param inTransaction {@code ackMode=transaction}: effects in the database are exact
     * @param batch         messages that are handled, and fail, as a whole, at most
     */
    public record Group(String name, int threads, boolean inTransaction, int batch) {

        /** One thread, and messages come one by one. */
        public Group(String name, boolean inTransaction) {
            this(name, 1, inTransaction, 1);
        }
    }

    /** Between a group's name and its shard, in the record: each shard has its own leaders and epochs. */
    public static final String SHARD = "#";

    /** So many violations of a rule are shown in words; more are counted. */
    private static final int SHOWN = 20;
    private static final int EVENTS = 12;
    /** How long a disturbance may work on after its end: a connection that was cut is noticed later. */
    private static final long AFTERMATH_MICROS = 5_000_000;

    private final KeptRecord record;
    private final List<Happened> happened;
    private final List<Violation> violations = new ArrayList<>();
    private final List<String> figures = new ArrayList<>();
    private final Map<String, KeptNumber> committed = new LinkedHashMap<>();
    private final Map<String, Long> writtenAt = new HashMap<>();
    private final Map<String, Integer> found = new HashMap<>();

    private KeptJudge(KeptRecord record) {
        this.record = record;
        this.happened = record.all(Happened.class);
    }

    /** The verdict on a run that has ended: all groups had the time to receive everything. */
    public static Verdict judge(KeptRecord record, List<Group> groups) {
        KeptJudge judge = new KeptJudge(record);
        judge.writers();
        for (Group group : groups) {
            judge.group(group);
        }
        judge.strangers(groups);
        return new Verdict(List.copyOf(judge.violations), List.copyOf(judge.figures));
    }

    // ---- what was sent

    /** The database decides which messages are committed; the writers' own notes must agree with it. */
    private void writers() {
        Map<String, Stage> last = new HashMap<>();
        for (Written each : record.all(Written.class)) {
            writtenAt.putIfAbsent(each.message().name(), each.micros());
            if (each.stage() == Stage.IN_DATABASE) {
                if (committed.put(each.message().name(), each.message()) != null) {
                    broken("IN_THE_LOG_ONCE", "A message that was sent once is in the log once",
                            each.message() + " is there twice",
                            each.micros(), each.message());
                }
            } else {
                last.put(each.message().name(), each.stage());
            }
        }
        for (Written each : record.all(Written.class)) {
            boolean there = committed.containsKey(each.message().name());
            if (each.stage() == Stage.COMMITTED && !there) {
                broken("COMMITTED_IS_THERE", "What was confirmed is in the database", each.message() + " is not", each.micros(),
                        each.message());
            } else if (each.stage() == Stage.ROLLED_BACK && there) {
                broken("ROLLED_BACK_IS_NOT_THERE", "What has failed is not in the database", each.message() + " is",
                        each.micros(),
                        each.message());
            }
        }
        Map<String, TreeSet<Long>> numbers = new TreeMap<>();
        committed.values().forEach(each -> numbers.computeIfAbsent(each.key(), key -> new TreeSet<>()).add(each.number()));
        numbers.forEach((key, all) -> {
            if (all.first() != 1 || all.last() != all.size()) {
                throw new IllegalStateException("The test's own numbers of key " + key + " have holes: the record is incomplete");
            }
        });
        figures.add("committed " + committed.size() + ", rolled back "
                + last.values().stream().filter(each -> each == Stage.ROLLED_BACK).count() + ", unknown "
                + last.values().stream().filter(each -> each == Stage.UNKNOWN || each == Stage.SENDING).count());
    }

    // ---- what a group received

    private void group(Group group) {
        // Of a shard one process at a time leads, under a higher epoch each time. So this is the order in which each shard received:
        // a process that was frozen between taking a message and noting it writes late, but under its old epoch.
        List<Delivered> deliveries = record.all(Delivered.class).stream().filter(each -> name(each).equals(group.name()))
                .toList();
        List<Delivered> begins = deliveries.stream().filter(each -> each.phase() == Phase.BEGIN)
                .sorted(Comparator.comparingLong(Delivered::epoch).thenComparingLong(Delivered::micros)).toList();
        Map<String, List<Delivered>> byMessage = new HashMap<>();
        begins.forEach(each -> byMessage.computeIfAbsent(each.message().name(), name -> new ArrayList<>()).add(each));

        nothingLost(group, byMessage, deliveries);
        onlyWhatWasCommitted(begins);
        twiceOnlyMarked(byMessage);
        oneShardAKey(group, begins);
        byShard(begins).forEach((shard, all) -> {
            oneProcessAnEpoch(all);
            epochsNeverGoBack(group, shard, all);
        });
        if (group.threads() == 1) {
            inOrder(group, begins, failed(deliveries));
        }
        if (group.inTransaction()) {
            exactlyOnce(group);
        }
        byShard(deliveries).values().forEach(each -> orderlyStopRepeatsNothing(each, byMessage));
        long repeats = byMessage.values().stream().mapToLong(each -> each.size() - 1).sum();
        figures.add(group.name() + ": begun " + begins.size() + ", repeats " + repeats + ", marked "
                + begins.stream().filter(Delivered::again).count() + ", epochs "
                + begins.stream().map(Delivered::epoch).distinct().count() + ", longest pause " + longestPause(begins) + " ms");
    }

    /** Without the shard. */
    private static String name(Delivered each) {
        return each.group().split(SHARD)[0];
    }

    private static Map<String, List<Delivered>> byShard(List<Delivered> deliveries) {
        return deliveries.stream().collect(Collectors.groupingBy(Delivered::group, TreeMap::new, Collectors.toList()));
    }

    private void oneShardAKey(Group group, List<Delivered> begins) {
        Map<String, String> shards = new HashMap<>();
        for (Delivered each : begins) {
            String first = shards.putIfAbsent(each.message().key(), each.group());
            if (first != null && !first.equals(each.group())) {
                broken("ONE_SHARD_A_KEY", "A key belongs to one shard",
                        each + " by " + each.process() + " came to " + each.group()
                                + " of group " + group.name() + " and an earlier one of its key to " + first,
                        each.micros(), each.message());
            }
        }
    }

    private static long longestPause(List<Delivered> begins) {
        long[] times = begins.stream().mapToLong(Delivered::micros).sorted().toArray();
        long longest = 0;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        return longest / 1000;
    }

    /** Each is begun, and its last delivery, or any, has ended well. */
    private void nothingLost(Group group, Map<String, List<Delivered>> begins, List<Delivered> deliveries) {
        Set<String> ended = deliveries.stream().filter(each -> each.phase() == Phase.END).map(each -> each.message().name())
                .collect(Collectors.toSet());
        for (KeptNumber each : committed.values()) {
            if (!begins.containsKey(each.name())) {
                broken("NOTHING_LOST", "Each committed message is delivered to each group at least once",
                        each + " never came to group " + group.name(), time(each), each);
            } else if (!ended.contains(each.name())) {
                broken("NOTHING_UNFINISHED", "A message is delivered until its handler has succeeded",
                        each + " was begun and never completed by group " + group.name(), time(each), each);
            }
        }
    }

    private void onlyWhatWasCommitted(List<Delivered> begins) {
        for (Delivered each : begins) {
            KeptNumber real = committed.get(each.message().name());
            if (real == null || !real.equals(each.message())) {
                broken("ROLLED_BACK_NEVER", "What was not committed is delivered never", each + " by " + each.process(),
                        each.micros(),
                        each.message());
            }
        }
    }

    private void twiceOnlyMarked(Map<String, List<Delivered>> byMessage) {
        for (List<Delivered> takes : byMessage.values()) {
            takes.stream().skip(1).filter(each -> !each.again()).forEach(each -> broken("TWICE_ONLY_MARKED",
                    "A message that comes again is marked", each + " by " + each.process() + " is an unmarked repetition of "
                            + takes.get(0) + " by " + takes.get(0).process(),
                    each.micros(), each.message()));
        }
    }

    private void oneProcessAnEpoch(List<Delivered> begins) {
        Map<Long, String> processes = new HashMap<>();
        for (Delivered each : begins) {
            String first = processes.putIfAbsent(each.epoch(), each.process());
            if (first != null && !first.equals(each.process())) {
                broken("ONE_PROCESS_AN_EPOCH", "An epoch belongs to one leader",
                        each + " by " + each.process() + ", not " + first,
                        each.micros(), each.message());
            }
        }
    }

    /**
     * A message that has not come before is not begun under an epoch that has ended. After a freeze, one message or one batch of each thread
     * is forgiven: the thread may have been stopped between taking it and noting it.
     */
    private void epochsNeverGoBack(Group group, String shard, List<Delivered> begins) {
        List<KeptEvent> byTime = new ArrayList<>(begins);
        byTime.addAll(happened.stream().filter(each -> each.what() == What.FREEZING).toList());
        byTime.sort(Comparator.comparingLong(KeptEvent::micros));
        Map<String, Integer> forgiven = new HashMap<>();
        long highest = Long.MIN_VALUE;
        for (KeptEvent event : byTime) {
            if (event instanceof Happened frozen) {
                forgiven.put(frozen.member(), group.threads() * group.batch());
            } else if (event instanceof Delivered each) {
                if (each.epoch() < highest && forgiven.merge(each.process(), -1, Integer::sum) < 0) {
                    broken("EPOCHS_NEVER_GO_BACK", "A deposed leader begins no further message", each + " by " + each.process()
                            + " after epoch " + highest + " of group " + shard, each.micros(), each.message());
                }
                highest = Math.max(highest, each.epoch());
            }
        }
    }

    /** Messages that have failed, each with its epoch. */
    private static Set<String> failed(List<Delivered> deliveries) {
        return deliveries.stream().filter(each -> each.phase() == Phase.FAILED).map(KeptJudge::attempt)
                .collect(Collectors.toSet());
    }

    private static String attempt(Delivered each) {
        return each.message().name() + " " + each.epoch();
    }

    /** A repeat may step back under a new epoch, or to the begin of a batch that has failed; nothing may be left out. */
    private void inOrder(Group group, List<Delivered> begins, Set<String> failed) {
        Map<String, Long> highest = new HashMap<>();
        Map<String, Delivered> former = new HashMap<>();
        for (Delivered each : begins) {
            KeptNumber message = each.message();
            long most = highest.getOrDefault(message.key(), 0L);
            Delivered before = former.put(message.key(), each);
            boolean stepsBackUnderOneEpoch = before != null && before.epoch() == each.epoch()
                    && message.number() < before.message().number()
                    && !(group.batch() > 1 && failed.contains(attempt(each)));
            if (message.number() > most + 1 || (message.number() <= most && !each.again()) || stepsBackUnderOneEpoch) {
                broken("IN_ORDER", "The messages of a key come in order", each + " by " + each.process() + " came to group "
                        + group.name() + " when " + most + " was the highest, " + (before == null ? "nothing" : before.message())
                        + " the one before", each.micros(), message);
            }
            highest.put(message.key(), Math.max(most, message.number()));
        }
    }

    private void exactlyOnce(Group group) {
        Map<String, Long> counts = new HashMap<>();
        for (Effect each : record.all(Effect.class)) {
            if (each.group().equals(group.name())) {
                counts.merge(each.message().name(), each.count(), Long::sum);
                if (!committed.containsKey(each.message().name())) {
                    broken("EFFECTS_EXACTLY_ONCE", "With ackMode=transaction each message has its effect exactly once",
                            each.message() + " has one and was not committed", each.micros(), each.message());
                }
            }
        }
        for (KeptNumber each : committed.values()) {
            long count = counts.getOrDefault(each.name(), 0L);
            if (count != 1) {
                broken("EFFECTS_EXACTLY_ONCE", "With ackMode=transaction each message has its effect exactly once",
                        each + " has " + count + " effects of group " + group.name(), time(each), each);
            }
        }
        figures.add(group.name() + ": effects " + counts.values().stream().mapToLong(Long::longValue).sum());
    }

    /**
     * What a process has completed in the epoch in which it was stopped in good order does not come again: unless something disturbed the
     * process or the server from the begin of the stop to its end, or from the message's end on.
     */
    private void orderlyStopRepeatsNothing(List<Delivered> deliveries, Map<String, List<Delivered>> byMessage) {
        for (Happened stopped : happened) {
            if (stopped.what() != What.STOPPED) {
                continue;
            }
            List<Delivered> ended = deliveries.stream().filter(each -> each.process().equals(stopped.member())
                    && each.phase() == Phase.END && each.micros() < stopped.micros()).toList();
            if (ended.isEmpty()) {
                continue;
            }
            long epoch = ended.get(ended.size() - 1).epoch();
            for (Delivered each : ended) {
                if (each.epoch() == epoch && !isDisturbed(stopped.member(), each.micros(), stopped.micros())) {
                    byMessage.getOrDefault(each.message().name(), List.of()).stream().filter(again -> again.epoch() > epoch)
                            .forEach(again -> broken("ORDERLY_NOTHING_TWICE", "An orderly stop repeats nothing", again + " by "
                                    + again.process() + " was completed by " + each.process()
                                    + ", which was stopped in good order",
                                    again.micros(), again.message()));
                }
            }
        }
    }

    private boolean isDisturbed(String member, long from, long to) {
        boolean disturbed = false;
        for (Happened each : happened) {
            if (each.micros() > to) {
                break;
            }
            boolean concerns = each.member().equals(member) || each.member().equals("*");
            boolean begins = each.what() == What.DISTURBING || each.what() == What.FREEZING;
            boolean ends = each.what() == What.SETTLED || each.what() == What.THAWED;
            if (concerns && begins) {
                disturbed = true;
            } else if (concerns && ends && each.micros() < from - AFTERMATH_MICROS) {
                disturbed = false;
            }
        }
        return disturbed;
    }

    // ---- the rest

    private void strangers(List<Group> groups) {
        Set<String> known = new HashSet<>();
        groups.forEach(each -> known.add(each.name()));
        record.all(Delivered.class).stream().filter(each -> !known.contains(name(each))).findFirst().ifPresent(each -> {
            throw new IllegalArgumentException("The record has group " + each.group() + ", which is not to be judged");
        });
    }

    private long time(KeptNumber message) {
        return writtenAt.getOrDefault(message.name(), 0L);
    }

    private void broken(String rule, String sentence, String text, long micros, KeptNumber message) {
        int shown = found.merge(rule, 1, Integer::sum) - 1;
        violations.add(new Violation(rule, sentence, text, micros, shown < SHOWN ? story(message, micros) : ""));
    }

    /** What is told of the message, and what the test did before. */
    private String story(KeptNumber message, long micros) {
        List<KeptEvent> told = new ArrayList<>();
        List<Happened> before = new ArrayList<>();
        for (KeptEvent each : record.events()) {
            if ((each instanceof Written written && written.message().name().equals(message.name()))
                    || (each instanceof Delivered delivered && delivered.message().name().equals(message.name()))) {
                told.add(each);
            } else if (each instanceof Happened happened && happened.micros() <= micros) {
                before.add(happened);
            }
        }
        told.addAll(before.subList(Math.max(0, before.size() - EVENTS), before.size()));
        told.sort(Comparator.comparingLong(KeptEvent::micros));
        return told.stream().map(each -> "  " + each.micros() + " " + each.process() + " " + each)
                .collect(Collectors.joining("\n"));
    }
}
