/** Reads the documentation for tests: its tables agree with the generated metadata, and its snippets run. */
package io.github.pgpubsub.docs;
