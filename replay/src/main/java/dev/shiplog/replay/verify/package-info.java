/**
 * Checks segments and archives, each by itself and all of a journal together. Start with
 * {@link dev.shiplog.replay.verify.Verification}; {@link dev.shiplog.replay.verify.Chain} is the pure part about archives.
 */
@NullMarked
package dev.shiplog.replay.verify;

import org.jspecify.annotations.NullMarked;
