/**
 * What a journal and its exports need of the file system. Start with {@link dev.shiplog.journal.file.Preallocator} and
 * {@link dev.shiplog.journal.file.AtomicFile}.
 */
@NullMarked
package dev.shiplog.journal.file;

import org.jspecify.annotations.NullMarked;
