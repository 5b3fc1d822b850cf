package io.github.pgpubsub.camel;

import io.github.pgpubsub.Message;

/** When a gap in the stream becomes an exchange of its own. */
public enum GapMarker {
    /** It does not. */
    never,
    /** After any time in which messages may have been missed. */
    reconnect,
    /** At the first start too. */
    always;

    boolean marks(Message.Gap gap) {
        return this == always || (this == reconnect && !gap.first());
    }
}
