package io.github.pgpubsub.camel;

/** What happens on a plain channel to a payload over 7999 bytes. */
public enum Oversize {
    /** The exchange fails. */
    fail,
    /** The payload is kept in the log, and a reference to it is sent. */
    store
}
