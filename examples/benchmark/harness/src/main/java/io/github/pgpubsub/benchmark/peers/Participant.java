package io.github.pgpubsub.benchmark.peers;

import java.io.IOException;
import java.util.List;

/** One that takes part: its name in the report, and how its process is started. */
public interface Participant {

    String name();

    /**
     * The command line of its process. May install something first.
     *
     * @throws PeerException when it can't take part on this machine
     */
    List<String> command() throws PeerException, IOException, InterruptedException;

    /** Whether plain SQL does not reach it. */
    boolean makesItsOwnBacklog();

    /** Whether its messages outlive everybody's absence: it is asked about those, and the others about notifications. */
    boolean kept();

    /** Names and versions of what it consists of, when the command has been made. */
    String versions() throws IOException;
}
