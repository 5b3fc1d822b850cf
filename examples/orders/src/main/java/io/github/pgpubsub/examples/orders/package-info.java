/** A shop that writes orders into a table, and a Camel route that hears of them because the table has a trigger. */
package io.github.pgpubsub.examples.orders;
