/** What the documentation says: its tables agree with the generated metadata, and its snippets run. */
package io.github.pgpubsub.docs;
