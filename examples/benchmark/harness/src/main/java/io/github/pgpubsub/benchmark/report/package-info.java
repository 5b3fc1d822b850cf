/**
 * What was found: {@link io.github.pgpubsub.benchmark.report.Figures} collects it, {@link io.github.pgpubsub.benchmark.report.Gates}
 * compare it with what is wanted, and the others write it down.
 */
package io.github.pgpubsub.benchmark.report;
