package io.github.pgpubsub.benchmark.kit;

import java.util.List;
import java.util.function.Consumer;

/** One way to use LISTEN and NOTIFY from a program. */
@FunctionalInterface
public interface Peer {

    /**
     * Opens what it takes to listen to some channels and to send to some. Listening is active when this returns.
     *
     * @param receiver takes each payload that arrives; quick, and safe to call from any thread
     */
    Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver) throws Exception;
}
