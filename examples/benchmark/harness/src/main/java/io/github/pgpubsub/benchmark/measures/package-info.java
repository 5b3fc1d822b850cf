/**
 * What is asked, one class for each question. A measure asks one peer at a time, and only one peer is connected at any time, because
 * every NOTIFY costs all listening sessions of a database something.
 */
package io.github.pgpubsub.benchmark.measures;
