/** The PostgreSQL server that everybody uses, and what it costs. */
package io.github.pgpubsub.benchmark.server;
