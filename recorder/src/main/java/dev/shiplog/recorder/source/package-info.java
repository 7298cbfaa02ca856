/**
 * Turns the engine's APIs into records. Start with {@link dev.shiplog.recorder.source.EventSource}, and with
 * {@link dev.shiplog.recorder.source.ContainerTracker}, which tells each
 * {@link dev.shiplog.recorder.source.Follower} which containers there are.
 */
@NullMarked
package dev.shiplog.recorder.source;

import org.jspecify.annotations.NullMarked;
