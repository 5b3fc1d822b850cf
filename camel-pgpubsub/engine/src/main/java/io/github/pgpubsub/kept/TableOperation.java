package io.github.pgpubsub.kept;

/** A kind of statement that changes a table. Named as the option's values. */
public enum TableOperation {

    /** INSERT, COPY, and the insertions of MERGE. */
    insert,
    /** UPDATE, ON CONFLICT DO UPDATE, and the updates of MERGE. */
    update,
    /** DELETE, the deletions of MERGE, and those of a foreign key with ON DELETE CASCADE. */
    delete,
    /** TRUNCATE, of this table or, with CASCADE, of one that it refers to. */
    truncate
}
