/**
 * The verbs of the replay tool, one class each: start with {@link dev.shiplog.replay.command.Replay} and
 * {@link dev.shiplog.replay.command.ExportCommand}.
 */
@NullMarked
package dev.shiplog.replay.command;

import org.jspecify.annotations.NullMarked;
