package io.github.pgpubsub.internal.log.reading;

/**
 * The rows that {@code upto} sees and {@code done} does not. Every committed row falls into exactly one window of a group, and
 * order by id within the window keeps cause before effect.
 *
 * <p>Two queries cover the window, and neither has to search for its lower end. A row with an id up to {@code done.maxId()}
 * belongs to a <i>straggler</i>: a transaction that was open at {@code done} or drew its xid by {@code done.xid()}. All other
 * rows have higher ids.
 */
public record Window(Bound done, Bound upto) {

    /** Where the first page begins: with the stragglers, if there can be any. */
    public PageRequest.Part firstPart(long after) {
        return after < done.maxId() ? PageRequest.Part.STRAGGLERS : PageRequest.Part.REST;
    }

    /** The highest id of that part. */
    public long lastOf(PageRequest.Part part) {
        return part == PageRequest.Part.STRAGGLERS ? Math.min(done.maxId(), upto.maxId()) : upto.maxId();
    }

    /** The id before the first one of that part, if all up to another id is read. */
    public long before(PageRequest.Part part, long after) {
        return part == PageRequest.Part.STRAGGLERS ? after : Math.max(after, done.maxId());
    }
}
