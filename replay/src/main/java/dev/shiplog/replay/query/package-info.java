/**
 * Which records are asked for, and reading them: start with {@link dev.shiplog.replay.query.Query} and
 * {@link dev.shiplog.replay.query.Reading}.
 */
@NullMarked
package dev.shiplog.replay.query;

import org.jspecify.annotations.NullMarked;
