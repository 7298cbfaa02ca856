/**
 * Records as lines, and the files that these go to: start with {@link dev.shiplog.replay.export.OutputFormat} and
 * {@link dev.shiplog.replay.export.FlatFormat}.
 */
@NullMarked
package dev.shiplog.replay.export;

import org.jspecify.annotations.NullMarked;
