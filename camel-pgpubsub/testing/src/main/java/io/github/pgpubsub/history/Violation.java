package io.github.pgpubsub.history;

/**
 * A promise that was broken.
 *
 * @param rule     short name of the rule
 * @param sentence the promise
 * @param text     how it was broken
 * @param micros   time
 * @param events   events around it, for people; empty if enough violations of this rule are already shown with events
 */
public record Violation(String rule, String sentence, String text, long micros, String events) {}
