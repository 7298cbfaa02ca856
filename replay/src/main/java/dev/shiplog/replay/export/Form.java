package dev.shiplog.replay.export;

/**
 * Which fields flat lines have.
 *
 * @param bare without those that say which record it is, and which container an event is about
 * @param compact only those that {@link CompactNames} lists; the rest is text in a few fields
 */
public record Form(boolean bare, boolean compact) {}
