/** A socket that saves the driver a wait of a millisecond, and memory. */
package io.github.pgpubsub.internal.socket;
