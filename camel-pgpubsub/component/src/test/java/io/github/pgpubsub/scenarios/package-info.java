/** The four scenarios of the original library, each with three processes that all listen and all notify on HelloChannel. */
package io.github.pgpubsub.scenarios;
