package io.github.pgpubsub.internal.log.reading;

import io.github.pgpubsub.kept.KeptMessageId;
import java.util.List;

/**
 * The answer to a {@link PageRequest}.
 *
 * @param rows in order of id
 * @param part in which part it ends: it may go on with the rest after the last straggler
 * @param last whether this part has no more rows
 */
public record Page<M>(List<Row<M>> rows, PageRequest.Part part, boolean last) {

    /**
     * A kept message.
     *
     * @param bytes memory that it takes
     */
    public record Row<M>(KeptMessageId id, M message, long bytes) {}
}
