/**
 * The results: {@link io.github.pgpubsub.benchmark.report.Figures} collects the figures,
 * {@link io.github.pgpubsub.benchmark.report.Gates} compare them with the wanted ratios, and the other classes write them.
 */
package io.github.pgpubsub.benchmark.report;
