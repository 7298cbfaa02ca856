/**
 * Which segments a journal's limits ask to delete, and what the limits mean in days; pure. Start with
 * {@link dev.shiplog.journal.retention.Retention}.
 */
@NullMarked
package dev.shiplog.journal.retention;

import org.jspecify.annotations.NullMarked;
