/**
 * The measures, one class each. A measure runs on one peer at a time, and only one peer is connected at any time, because every
 * NOTIFY costs time in all listening sessions of a database.
 */
package io.github.pgpubsub.benchmark.measures;
