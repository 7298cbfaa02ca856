/**
 * The only place where numbers, times and text become bytes, and back: start with
 * {@link dev.shiplog.journal.bytes.Bytes} and {@link dev.shiplog.journal.bytes.BytesReader}.
 */
@NullMarked
package dev.shiplog.journal.bytes;

import org.jspecify.annotations.NullMarked;
