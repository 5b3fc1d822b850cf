/**
 * A PostgreSQL server that the processes of an example start and share.
 *
 * <p>The first process starts the server, the others find it and join ({@link SharedServer}). The server is no child process: it
 * continues when the process that started it ends in any way, and stops by itself when no process is left ({@code watch.sql}).
 * Its data are deleted then; the next start deletes the data of a killed server ({@link DataFolder}).
 */
package io.github.pgpubsub.examples.server;
