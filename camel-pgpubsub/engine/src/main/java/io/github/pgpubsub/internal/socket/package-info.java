/** A socket that spares the driver a wait, and its memory. */
package io.github.pgpubsub.internal.socket;
