/**
 * Archives: one file that holds the records of one segment, and proves that it holds them. Start with
 * {@link dev.shiplog.journal.archive.Manifest}, {@link dev.shiplog.journal.archive.ArchiveWriter} and
 * {@link dev.shiplog.journal.archive.ArchiveFile}.
 */
@NullMarked
package dev.shiplog.journal.archive;

import org.jspecify.annotations.NullMarked;
