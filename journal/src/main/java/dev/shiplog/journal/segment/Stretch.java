package dev.shiplog.journal.segment;

/**
 * Some consecutive records, by what is known of them without reading them.
 *
 * @param received the highest receipt of those that are not restated; 0 if all are
 * @param minTime the lowest of their times
 * @param maxTime the highest
 */
public record Stretch(long received, long minTime, long maxTime) {}
