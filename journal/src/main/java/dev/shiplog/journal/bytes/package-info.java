/**
 * The only place where numbers and times become bytes, and bytes numbers and times: start with
 * {@link dev.shiplog.journal.bytes.Bytes} and {@link dev.shiplog.journal.bytes.BytesReader}.
 */
@NullMarked
package dev.shiplog.journal.bytes;

import org.jspecify.annotations.NullMarked;
