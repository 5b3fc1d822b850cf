/**
 * The harness. {@link io.github.pgpubsub.benchmark.Benchmark} starts a server ({@code server}) and runs rounds. In each round it
 * runs every measure ({@code measures}) on every peer ({@code peers}), collects the figures and writes them ({@code report}).
 */
package io.github.pgpubsub.benchmark;
