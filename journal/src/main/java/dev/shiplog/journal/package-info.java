/**
 * A journal: written by one {@link dev.shiplog.journal.Appender}, read by any number of
 * {@link dev.shiplog.journal.Cursor}s, live or later.
 */
@NullMarked
package dev.shiplog.journal;

import org.jspecify.annotations.NullMarked;
