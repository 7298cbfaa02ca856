/**
 * Ships documents into a cluster of Elasticsearch or OpenSearch, so that each is there once: bulk requests, what the
 * cluster answers to each document, and the receipt that counts them.
 */
@NullMarked
package dev.shiplog.replay.ship;

import org.jspecify.annotations.NullMarked;
