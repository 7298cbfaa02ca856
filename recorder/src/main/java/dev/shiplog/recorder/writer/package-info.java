/**
 * The way of a record from its source into the journal: start with {@link dev.shiplog.recorder.writer.JournalWriter} and
 * {@link dev.shiplog.recorder.writer.EventLedger}.
 */
@NullMarked
package dev.shiplog.recorder.writer;

import org.jspecify.annotations.NullMarked;
