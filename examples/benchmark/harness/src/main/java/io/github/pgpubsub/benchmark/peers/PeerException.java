package io.github.pgpubsub.benchmark.peers;

/** A peer has not done what it was asked to do; the message is for the report. */
public final class PeerException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean unable;

    private PeerException(boolean unable, String reason, Throwable cause) {
        super(reason, cause);
        this.unable = unable;
    }

    /** It tried. */
    public static PeerException failed(String reason, Throwable cause) {
        return new PeerException(false, reason, cause);
    }

    /** It has no way to do that. */
    public static PeerException unable(String reason) {
        return new PeerException(true, reason, null);
    }

    public boolean isUnable() {
        return unable;
    }
}
