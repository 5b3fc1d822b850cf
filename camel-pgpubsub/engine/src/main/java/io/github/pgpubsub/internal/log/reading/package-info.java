/** A group's reading of the log. */
package io.github.pgpubsub.internal.log.reading;
