/**
 * Bytes of a record to and from their compact coding; no I/O. Start with {@link dev.shiplog.journal.codec.Encoder} and
 * {@link dev.shiplog.journal.codec.Decoder}.
 */
@NullMarked
package dev.shiplog.journal.codec;

import org.jspecify.annotations.NullMarked;
