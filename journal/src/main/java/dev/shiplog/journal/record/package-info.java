/**
 * What a journal holds, as pure values: start with {@link dev.shiplog.journal.record.Record} and
 * {@link dev.shiplog.journal.record.Mark}.
 */
@NullMarked
package dev.shiplog.journal.record;

import org.jspecify.annotations.NullMarked;
