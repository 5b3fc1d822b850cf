package io.github.pgpubsub.history;

import org.jspecify.annotations.Nullable;

/** A member takes a message. */
final class Take {

    final Event.Begin begin;
    /** Null: it does not lead, and never has. */
    final @Nullable Term term;
    /** Null: the end was not written. */
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

    /** When its term began; without a term it counts as one of its own. */
    long termBegan() {
        return term == null ? micros() : term.began;
    }

    @Override
    public String toString() {
        return begin + " by " + member();
    }
}
