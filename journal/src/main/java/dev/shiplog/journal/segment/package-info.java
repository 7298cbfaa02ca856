/**
 * Segments on disk: their names, their framing, the list of them, what is lost in them. Reads plain files, and never
 * calls Chronicle. Start with {@link dev.shiplog.journal.Catalog} and
 * {@link dev.shiplog.journal.segment.RecordSource}.
 */
@NullMarked
package dev.shiplog.journal.segment;

import org.jspecify.annotations.NullMarked;
