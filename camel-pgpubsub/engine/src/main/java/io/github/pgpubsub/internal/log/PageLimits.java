package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * How much a page may hold.
 *
 * @param rows  at most so many, 1 or more
 * @param bytes once rows have so many, no further one follows, so one row is always there
 */
record PageLimits(int rows, long bytes) {

    /** Memory of a message without its texts and bytes. */
    static final int OVERHEAD = 300;

    PageLimits {
        bytes = Math.max(1, bytes);
    }

    /** One page of both parts, which were read with these limits: the rest's ids lie above all stragglers'. */
    Page<KeptRow> both(Page<KeptRow> stragglers, Page<KeptRow> rest) {
        if (!stragglers.last()) {
            return stragglers;
        }
        if (stragglers.rows().isEmpty()) {
            return rest;
        }
        List<Page.Row<KeptRow>> all = new ArrayList<>(stragglers.rows());
        long used = 0;
        for (Page.Row<KeptRow> each : all) {
            used += each.bytes() - OVERHEAD;
        }
        int taken = 0;
        for (Page.Row<KeptRow> each : rest.rows()) {
            if (all.size() >= rows || used >= bytes) {
                break;
            }
            all.add(each);
            used += each.bytes() - OVERHEAD;
            taken++;
        }
        return new Page<>(all, Part.REST, rest.last() && taken == rest.rows().size());
    }
}
