/** What the component says to the server: every name in it means pg_catalog's, whatever schemas others have made. */
package io.github.pgpubsub.sql;
