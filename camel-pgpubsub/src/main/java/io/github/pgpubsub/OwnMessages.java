package io.github.pgpubsub;

import io.github.pgpubsub.connect.OwnBackends;
import io.github.pgpubsub.session.Notification;

/** Tells which notifications of one stream this process itself published. */
record OwnMessages(OwnBackends backends, String server) {

    boolean contains(Notification notification) {
        return backends.contains(server, notification.backend());
    }
}
