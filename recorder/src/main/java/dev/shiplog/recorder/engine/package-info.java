/**
 * Asks the Docker Engine and gives its answers as raw bytes. Start with {@link dev.shiplog.recorder.engine.Engine} and
 * {@link dev.shiplog.recorder.engine.MessageStream}.
 */
@NullMarked
package dev.shiplog.recorder.engine;

import org.jspecify.annotations.NullMarked;
