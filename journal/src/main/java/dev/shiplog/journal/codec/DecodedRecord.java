package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.SplitRecord;
import org.jspecify.annotations.Nullable;

/** The record that was decoded last. The next decoding overwrites it. */
final class DecodedRecord extends SplitRecord {
    private long sequence;
    private int kindCode;
    private String subject = "";
    private long time;
    private long received;
    private long monotonic;
    private boolean restated;
    private Shape shape = CodedShape.WHOLE.shape();
    private long[] numbers = {};
    private byte[][] texts = {{}};

    /** Makes this the newest record of {@code track}. */
    void set(long newSequence, DecoderTrack track, boolean isRestated) {
        sequence = newSequence;
        kindCode = track.kindCode;
        subject = track.subject;
        time = track.clock.time;
        received = track.clock.received;
        monotonic = track.clock.received - track.clock.offset;
        restated = isRestated;
        shape = track.coded.shape();
        numbers = track.last;
        texts = track.texts;
        changed();
    }

    void restate() {
        restated = true;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public int kindCode() {
        return kindCode;
    }

    @Override
    public String subject() {
        return subject;
    }

    @Override
    public long time() {
        return time;
    }

    @Override
    public long received() {
        return received;
    }

    @Override
    public long monotonic() {
        return monotonic;
    }

    @Override
    public boolean restated() {
        return restated;
    }

    @Override
    protected Shape pieces() {
        return shape;
    }

    @Override
    public @Nullable Shape shape() {
        return shape == CodedShape.WHOLE.shape() ? null : shape;
    }

    @Override
    public long number(int slot) {
        return numbers[slot];
    }

    @Override
    public byte[] text(int slot) {
        return texts[slot];
    }
}
