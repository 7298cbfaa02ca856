/** Sums up samples in windows of time, the same wherever a reading goes on. */
@NullMarked
package dev.shiplog.replay.window;

import org.jspecify.annotations.NullMarked;
