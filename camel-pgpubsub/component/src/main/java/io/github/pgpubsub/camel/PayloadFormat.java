package io.github.pgpubsub.camel;

/** How a body is written into a payload and read from it. */
public enum PayloadFormat {
    /** The payload is the text of the body. */
    text,
    /** The payload is the body as JSON. */
    json
}
