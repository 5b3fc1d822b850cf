package io.github.pgpubsub.history;

/**
 * A sentence that was not kept.
 *
 * @param rule     its short name
 * @param sentence of the guarantees
 * @param text     what broke it
 * @param micros   when
 * @param events   the history around it, for people; empty where others of its kind are shown already
 */
public record Violation(String rule, String sentence, String text, long micros, String events) {}
