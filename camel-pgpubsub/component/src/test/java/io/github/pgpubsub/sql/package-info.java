/** The component's SQL: every name is qualified with pg_catalog, so other users' schemas don't matter. */
package io.github.pgpubsub.sql;
