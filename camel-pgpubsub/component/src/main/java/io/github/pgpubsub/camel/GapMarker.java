package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;

/** Which gaps, times in which messages may have been missed, become exchanges. */
public enum GapMarker {
    /** No gap. */
    never,
    /** Every gap except the one at the first start. */
    reconnect,
    /** Every gap, including the one at the first start. */
    always;

    boolean marks(Message.Gap gap) {
        return this == always || (this == reconnect && !gap.first());
    }

    /** Whether messages that a group of a kept channel was told to have missed become an exchange. */
    boolean marksMissed() {
        return this != never;
    }
}
