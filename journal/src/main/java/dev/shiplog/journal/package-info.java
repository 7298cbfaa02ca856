/**
 * A journal: written by one {@link dev.shiplog.journal.Appender}, read by any number of
 * {@link dev.shiplog.journal.Cursor}s, live or later.
 *
 * <p>Appending. Opening runs the recovery scan: it reads the newest segment to its end, shows each record of it to the
 * caller, and finds the next sequence. Only then can the caller know what the journal holds, and go on.
 *
 * <pre>{@code
 * Appender.Options options = new Appender.Options(Roll.HOURLY, host, bootId, "shiplog 0.1.0", minimumFree);
 * try (Appender appender = Appender.open(directory, options, record -> resumption.take(record))) {
 *     appender.setSnapshot(() -> recordsThatASegmentBeginsWith);
 *     long sequence = appender.append(record); // survives kill -9
 *     appender.sync();                         // survives a power cut
 * }
 * }</pre>
 *
 * <p>Reading. To follow a live journal, call {@code next()} again some time after an {@code END}.
 *
 * <pre>{@code
 * try (Cursor cursor = Cursor.open(List.of(directory))) {
 *     cursor.seek((journal, group) -> group.clock() < since); // from the segment where that may be
 *     while (true) {
 *         switch (cursor.next()) {
 *             case RECORD -> handle(cursor.record());
 *             case UNKNOWN -> {}                  // of a kind that only a newer version knows
 *             case LOSS -> report(cursor.loss()); // damaged or missing; reading goes on
 *             case COPY -> {}                     // of another segment: nothing is lost
 *             case END -> {
 *                 return;
 *             }
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Files. A segment is named after its period, in UTC: with hourly segments, records received from 11:00 to 12:00 are in
 * {@code 20261121-11F.cq4}. A damaged one is renamed {@code 20261121-11F.cq4.1} when the writer starts next, and read as
 * before. {@link dev.shiplog.journal.segment.SegmentName} knows all forms, {@code docs/journal-format.md} all bytes.
 */
@NullMarked
package dev.shiplog.journal;

import org.jspecify.annotations.NullMarked;
