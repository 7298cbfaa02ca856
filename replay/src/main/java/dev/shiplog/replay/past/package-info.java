/**
 * What was at a moment: start with {@link dev.shiplog.replay.past.HostAt}, and the words for it in {@link
 * dev.shiplog.replay.past.DockerWords}.
 */
@NullMarked
package dev.shiplog.replay.past;

import org.jspecify.annotations.NullMarked;
