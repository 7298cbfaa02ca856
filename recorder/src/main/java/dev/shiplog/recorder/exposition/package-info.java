/**
 * Serves what is true now to whoever scrapes it, by HTTP: {@link dev.shiplog.recorder.exposition.Exposition} is the way in.
 * It asks no engine and holds up no writer.
 */
@NullMarked
package dev.shiplog.recorder.exposition;

import org.jspecify.annotations.NullMarked;
