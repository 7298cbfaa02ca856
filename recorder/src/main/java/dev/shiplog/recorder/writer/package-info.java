/**
 * Takes records from their sources into the journal, and restores what the run before knew. Start with
 * {@link dev.shiplog.recorder.writer.JournalWriter} and {@link dev.shiplog.recorder.writer.Checkpoint}.
 */
@NullMarked
package dev.shiplog.recorder.writer;

import org.jspecify.annotations.NullMarked;
