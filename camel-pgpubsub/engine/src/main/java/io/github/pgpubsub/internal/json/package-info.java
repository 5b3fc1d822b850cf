/**
 * The little JSON that headers of kept messages need. The engine has no JSON library on its class path and gets none for this: a
 * library's version would be one more thing to agree on with the application. What is read comes from a jsonb column, so the server has
 * checked it.
 */
@NullMarked
package io.github.pgpubsub.internal.json;

import org.jspecify.annotations.NullMarked;
