package io.github.pgpubsub.kept;

import java.sql.SQLException;

/**
 * A notification refers to a stored payload that is not in the log any more: it was removed with the log's retention, or by hand, or the server
 * has lost it in a fail-over.
 */
public class StoredPayloadMissingException extends SQLException {

    private static final long serialVersionUID = 1L;
    /** no_data. */
    private static final String STATE = "02000";

    private final String channel;
    private final long id;

    /** @param id of the row */
    public StoredPayloadMissingException(String channel, long id) {
        super("The payload " + id + ", which a notification of channel " + channel
                + " refers to, is not in the log any more: it was removed"
                + " with the log's retention, or lost in a fail-over", STATE);
        this.channel = channel;
        this.id = id;
    }

    public String getChannel() {
        return channel;
    }

    /** Of the row in the log. */
    public long getId() {
        return id;
    }
}
