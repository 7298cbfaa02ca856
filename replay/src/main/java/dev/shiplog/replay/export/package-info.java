/**
 * Records as lines of text: start with {@link dev.shiplog.replay.export.LineFormat} and
 * {@link dev.shiplog.replay.export.FlatFormat}.
 */
@NullMarked
package dev.shiplog.replay.export;

import org.jspecify.annotations.NullMarked;
