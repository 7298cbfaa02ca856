/**
 * What is true now, by the records that the journal has: {@link dev.shiplog.recorder.live.LiveState} is told of each, and
 * anybody may read it. Nothing here asks the engine.
 */
@NullMarked
package dev.shiplog.recorder.live;

import org.jspecify.annotations.NullMarked;
