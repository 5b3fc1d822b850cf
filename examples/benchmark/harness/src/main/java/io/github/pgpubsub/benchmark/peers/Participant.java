package io.github.pgpubsub.benchmark.peers;

import java.io.IOException;
import java.util.List;

/** A participant: its name in the report, and the command that starts its process. */
public interface Participant {

    String name();

    /**
     * Returns the command line of the process. May install packages first.
     *
     * @throws PeerException if the participant can't run on this machine
     */
    List<String> command() throws PeerException, IOException, InterruptedException;

    /** Whether the process must write its own backlog, because it does not receive notifications sent by plain SQL. */
    boolean makesItsOwnBacklog();

    /** It is in this family's measures, and only in these. */
    Family family();

    /** Names and versions of the participant's libraries. Call {@link #command()} first. */
    String versions() throws IOException;
}
