/** Portable, compressed forms: for now {@link dev.shiplog.journal.archive.Compression} of what is exported. */
@NullMarked
package dev.shiplog.journal.archive;

import org.jspecify.annotations.NullMarked;
