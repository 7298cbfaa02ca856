package dev.shiplog.replay.archive;

import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.SegmentHeader;
import org.jspecify.annotations.Nullable;

/**
 * A record that is kept until it is known whether it is wanted.
 *
 * @param header in force at the record; null if it is damaged
 */
record KeptRecord(Record record, @Nullable SegmentHeader header) {}
