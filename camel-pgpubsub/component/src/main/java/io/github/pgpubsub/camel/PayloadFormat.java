package io.github.pgpubsub.camel;

/** How bodies are converted to payloads and back. */
public enum PayloadFormat {
    /** The payload is the body's text. */
    text,
    /** The payload is the body, written as JSON. */
    json,
    /** The payload is a CloudEvent 1.0 in JSON, which holds the body and the headers. */
    cloudevents
}
