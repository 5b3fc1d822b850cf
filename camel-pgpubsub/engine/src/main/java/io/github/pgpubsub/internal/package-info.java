/** The implementation behind the API. Not for users: everything in here and below may change without notice. */
package io.github.pgpubsub.internal;
