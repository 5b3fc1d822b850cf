/** What is behind the API. Nothing in here and below is for users: it changes without notice. */
package io.github.pgpubsub.internal;
