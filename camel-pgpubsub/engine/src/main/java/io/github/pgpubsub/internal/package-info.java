/** The implementation behind the API. Not for users: everything in here and below may change without notice. */
@NullMarked
package io.github.pgpubsub.internal;

import org.jspecify.annotations.NullMarked;
