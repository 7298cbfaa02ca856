/**
 * Records one engine for months. Start with {@link dev.shiplog.recorder.CommandMain} and
 * {@link dev.shiplog.recorder.Recorder}, which wires the parts.
 */
@NullMarked
package dev.shiplog.recorder;

import org.jspecify.annotations.NullMarked;
