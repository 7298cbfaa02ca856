/**
 * Segments on disk: names, framing, the list of them. Plain {@code java.nio.file} reading, no Chronicle. Start with
 * {@link dev.shiplog.journal.segment.Catalog} and {@link dev.shiplog.journal.segment.SegmentHeader}.
 */
@NullMarked
package dev.shiplog.journal.segment;

import org.jspecify.annotations.NullMarked;
