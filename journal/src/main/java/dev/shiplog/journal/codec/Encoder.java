package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;

/**
 * Codes records, one after the other, against what came before them in the same group. Not thread safe.
 *
 * <p>PLACEHOLDER coding: everything explicit. The interface stays.
 */
public final class Encoder {
    /** A group holds at most this many records. */
    public static final int MAX_GROUP = 4096;

    private int index;

    /** Forgets everything: the next record is the first of a new group and can be decoded on its own. */
    public void startGroup() {
        index = 0;
    }

    /** How many records the group holds so far. */
    public int size() {
        return index;
    }

    /**
     * Appends the coded form of {@code record} to {@code out}. Its first byte is below 0x80; then follows the index in
     * the group, a varint.
     *
     * @throws IllegalStateException if the group is full
     */
    public void encode(Record record, Bytes out) {
        out.put(0);
        out.putVarint(index++);
        out.put(record.kind().code());
        byte[] subject = record.subject().getBytes(StandardCharsets.UTF_8);
        out.putVarint(subject.length);
        out.put(subject);
        out.putLong(record.time());
        out.putLong(record.received());
        out.putLong(record.monotonic());
        out.put(record.payload());
    }
}
