package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A member is seen by others at any time, although the server may refuse a lock for a while. */
class PresenceTest {

    private final List<String> requests = new ArrayList<>();
    private final Presence presence = new Presence(effects());

    @Test
    void presenceIsGivenBackOnlyOnceTheOtherLockIsHeld() {
        presence.connected();
        presence.witnessed();
        presence.showWitness(poll(false));
        presence.showWitness(poll(false));
        presence.showWitness(poll(false));
        assertThat(requests).containsExactly("share PRESENCE", "share WITNESS");
        presence.showWitness(poll(true));
        presence.showWitness(poll(true));
        assertThat(requests).containsExactly("share PRESENCE", "share WITNESS", "unshare PRESENCE");
    }

    private static Poll poll(boolean witness) {
        return new Poll(null, false, 9, 0, 2, 1, witness);
    }

    private Effects<?> effects() {
        return (Effects<?>) Proxy.newProxyInstance(Effects.class.getClassLoader(), new Class<?>[] {Effects.class},
                (proxy, method, arguments) -> {
                    requests.add(method.getName() + " " + arguments[0]);
                    return null;
                });
    }
}
