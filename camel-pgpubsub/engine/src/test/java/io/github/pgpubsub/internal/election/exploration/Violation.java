package io.github.pgpubsub.internal.election.exploration;

/** A rule is broken in the state just reached. */
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1;

    Violation(String message) {
        super(message, null, false, false);
    }
}
