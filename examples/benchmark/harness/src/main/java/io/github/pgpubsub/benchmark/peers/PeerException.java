package io.github.pgpubsub.benchmark.peers;

/** A peer did not carry out a command; the report shows the message. */
public final class PeerException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean unable;

    private PeerException(boolean unable, String reason, Throwable cause) {
        super(reason, cause);
        this.unable = unable;
    }

    /** The peer tried and failed. */
    public static PeerException failed(String reason, Throwable cause) {
        return new PeerException(false, reason, cause);
    }

    /** The peer does not support the command. */
    public static PeerException unable(String reason) {
        return new PeerException(true, reason, null);
    }

    public boolean isUnable() {
        return unable;
    }
}
