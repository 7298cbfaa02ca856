/**
 * What a journal needs of the file system: start with {@link dev.shiplog.journal.file.Preallocator} and
 * {@link dev.shiplog.journal.file.JournalLock}.
 */
@NullMarked
package dev.shiplog.journal.file;

import org.jspecify.annotations.NullMarked;
