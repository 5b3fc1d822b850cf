/** A shop that writes orders into a table, and a Camel route that receives each new order through a trigger. */
package io.github.pgpubsub.examples.orders;
