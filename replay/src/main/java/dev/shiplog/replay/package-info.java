/** Answers questions about the past; start with {@link dev.shiplog.replay.ReplayMain}. */
@NullMarked
package dev.shiplog.replay;

import org.jspecify.annotations.NullMarked;
