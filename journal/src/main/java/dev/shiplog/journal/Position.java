package dev.shiplog.journal;

/**
 * Where a record is; stable for the life of its segment.
 *
 * @param segment the name of the segment
 * @param offset of the record's excerpt in the segment's file, in bytes
 * @param sequence of the record
 */
public record Position(String segment, long offset, long sequence) {}
