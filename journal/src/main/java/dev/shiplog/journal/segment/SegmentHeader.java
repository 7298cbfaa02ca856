package dev.shiplog.journal.segment;

/**
 * What a segment says about itself. It is written at the head of each segment and again whenever a recorder goes on in
 * one.
 *
 * @param journal the id of the journal, a UUID made when the journal was
 * @param host the recorder's host name
 * @param engine the id that the engine gives itself, empty as long as no engine ever answered
 * @param boot the kernel's boot id, or empty
 * @param writer name and version of the program that writes
 * @param created ns since the epoch
 */
public record SegmentHeader(String journal, String host, String engine, String boot, String writer, long created) {}
