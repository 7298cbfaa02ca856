/**
 * Archives of a journal's segments, and segments of archives: what a run of {@code replay archive} does, and in which
 * order, so that a kill between any two steps loses nothing; restoring, salvaging and cutting. Start with
 * {@link dev.shiplog.replay.archive.Rotation} and {@link dev.shiplog.replay.archive.Restoration}.
 */
@NullMarked
package dev.shiplog.replay.archive;

import org.jspecify.annotations.NullMarked;
