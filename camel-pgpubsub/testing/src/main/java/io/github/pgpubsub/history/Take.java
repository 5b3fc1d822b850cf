package io.github.pgpubsub.history;

import org.jspecify.annotations.Nullable;

/** One take: a member begins a message. */
final class Take {

    final Event.Begin begin;
    /** Null if the member has never led. */
    final @Nullable Term term;
    /** Null if no end was written. */
    Event.@Nullable End end;

    Take(Event.Begin begin, @Nullable Term term) {
        this.begin = begin;
        this.term = term;
    }

    Numbered message() {
        return begin.message();
    }

    long number() {
        return begin.message().number();
    }

    String member() {
        return begin.process();
    }

    long micros() {
        return begin.micros();
    }

    /** Begin of the take's term; without a term, the time of the take itself. */
    long termBegan() {
        return term == null ? micros() : term.began;
    }

    @Override
    public String toString() {
        return begin + " by " + member();
    }
}
