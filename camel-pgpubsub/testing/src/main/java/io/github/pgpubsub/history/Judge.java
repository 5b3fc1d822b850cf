package io.github.pgpubsub.history;

import java.util.List;

/** Judges a run, by its history alone. */
public final class Judge {

    private static final List<Rule> SINGLE_LISTENER = List.of(new NothingLostUntold(), new WhatHasBegunEnds(),
            new TwiceOnlyMarked(),
            new OrderlyNothingTwice(), new NothingReportedComesAgain(), new OneLeader(), new CommitOrder(), new OneId(),
            new GapsForCause());
    private static final List<Rule> ALL_LISTEN = List.of(new EachConsumerOnce(), new EachConsumerInOrder(), new EachConsumerAll(),
            new GapsForCause());

    private Judge() {}

    public static Verdict judge(History history, Settings settings) {
        Run run = new Run(history, settings);
        Findings findings = new Findings(run);
        findings.figure("sent " + run.senders.values().stream().mapToInt(sender -> sender.committed.cardinality()).sum());
        findings.figure("begun " + run.takes.size());
        if (settings.singleListener()) {
            findings.figure("terms " + run.terms.size());
        }
        findings.figure("gaps reported " + run.gaps.size());
        (settings.singleListener() ? SINGLE_LISTENER : ALL_LISTEN).forEach(findings::judge);
        return new Verdict(List.copyOf(findings.violations()), List.copyOf(findings.figures()));
    }
}
