/** A socket that saves the driver a wait of one millisecond for each notification, and bounds its memory. */
@NullMarked
package io.github.pgpubsub.internal.socket;

import org.jspecify.annotations.NullMarked;
