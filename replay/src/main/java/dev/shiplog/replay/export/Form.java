package dev.shiplog.replay.export;

/**
 * Which fields flat lines have.
 *
 * @param bare none that tell which record it is, and of which container an event tells
 * @param compact only those that {@link CompactNames} has, which hold the rest as text
 */
public record Form(boolean bare, boolean compact) {}
