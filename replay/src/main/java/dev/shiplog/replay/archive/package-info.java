/**
 * Archives of a journal's segments: what a run of {@code replay archive} does, and in which order, so that a kill between
 * any two steps loses nothing. Start with {@code Rotation}.
 */
@NullMarked
package dev.shiplog.replay.archive;

import org.jspecify.annotations.NullMarked;
