/**
 * Faults on real processes and a real server: members of one group in JVMs of their own are stopped, killed and frozen under a
 * steady stream of numbered messages; then the numbers that came are compared with those that were sent. Each test prints what
 * it measured on a line that begins with {@code figures:}.
 */
package io.github.pgpubsub.faults;
