/**
 * The harness. {@link io.github.pgpubsub.benchmark.Benchmark} starts a server ({@code server}) and goes round: in each round it
 * asks every peer ({@code peers}) every question ({@code measures}), collects the figures and writes them down ({@code report}).
 */
package io.github.pgpubsub.benchmark;
