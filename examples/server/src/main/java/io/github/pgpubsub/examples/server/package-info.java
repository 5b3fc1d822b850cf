/**
 * A PostgreSQL server that the processes of an example bring along and share.
 *
 * <p>The first to start starts it, the others find it and join ({@link SharedServer}). The server is nobody's child: it goes
 * on when the one that started it ends, however it ends, and stops by itself when nobody is left ({@code watch.sql}).
 * Its data go with it; what a server that was killed has left, the next one to start clears away ({@link DataFolder}).
 */
package io.github.pgpubsub.examples.server;
