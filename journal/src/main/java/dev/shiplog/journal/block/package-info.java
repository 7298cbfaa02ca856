/**
 * A block of records by columns, as archives hold it: small, and fast to read. Each production of its grammar is in one
 * file; no I/O. Start with {@link dev.shiplog.journal.block.BlockEncoder} and
 * {@link dev.shiplog.journal.block.BlockDecoder}.
 */
@NullMarked
package dev.shiplog.journal.block;

import org.jspecify.annotations.NullMarked;
