/**
 * Numbers and times as bytes: start with {@link dev.shiplog.journal.bytes.Bytes} and
 * {@link dev.shiplog.journal.bytes.CanonicalTime}.
 */
@NullMarked
package dev.shiplog.journal.bytes;

import org.jspecify.annotations.NullMarked;
