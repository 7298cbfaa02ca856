/**
 * Which records are asked for: times, filters, and what is known of the containers that filters name. Start with
 * {@link dev.shiplog.replay.query.TimeGrammar} and {@link dev.shiplog.replay.query.RecordFilter}.
 */
@NullMarked
package dev.shiplog.replay.query;

import org.jspecify.annotations.NullMarked;
