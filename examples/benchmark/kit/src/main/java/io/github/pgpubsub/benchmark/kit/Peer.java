package io.github.pgpubsub.benchmark.kit;

import java.util.List;
import java.util.function.Consumer;

/** One way to use LISTEN and NOTIFY from a program. */
@FunctionalInterface
public interface Peer {

    /**
     * Opens connections for listening to and sending to these channels. Returns once listening is active.
     *
     * @param receiver takes each payload that arrives; quick, and thread-safe
     */
    Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver) throws Exception;
}
