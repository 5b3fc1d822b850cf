/** The PostgreSQL server that all peers use, and its CPU time. */
package io.github.pgpubsub.benchmark.server;
