package io.github.pgpubsub.support;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Awaitility waits a minute instead of ten seconds, in each test class: the extension registers itself. A condition that is met
 * costs no time, and on a machine with a load of 20 a reconnect takes longer than ten seconds.
 */
public final class Patience implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }
}
