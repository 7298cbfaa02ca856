/**
 * Records to their compact form and back, each production of its grammar in one file; no I/O. Start with
 * {@link dev.shiplog.journal.codec.Encoder} and {@link dev.shiplog.journal.codec.Decoder}.
 */
@NullMarked
package dev.shiplog.journal.codec;

import org.jspecify.annotations.NullMarked;
