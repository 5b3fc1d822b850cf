/**
 * Faults with real processes and a real server: members of one group, each in its own JVM, are stopped, killed and frozen under a
 * steady stream of numbered messages. Then the received numbers are compared with the sent ones. Each test prints its
 * measurements on a line that begins with {@code figures:}.
 */
package io.github.pgpubsub.faults;
