/** How subscriptions, groups and connections stand, for operators: records of one moment, made by any thread that asks. */
package io.github.pgpubsub.status;
