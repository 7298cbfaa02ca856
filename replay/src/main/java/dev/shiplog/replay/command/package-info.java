/**
 * The verbs of replay, one class each: options and a sink, which a {@link dev.shiplog.replay.command.Transfer} fills from a
 * reading. Start with {@link dev.shiplog.replay.command.Replay} and {@link dev.shiplog.replay.command.ExportCommand}.
 */
@NullMarked
package dev.shiplog.replay.command;

import org.jspecify.annotations.NullMarked;
