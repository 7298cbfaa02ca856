package dev.shiplog.journal.codec;

import org.jspecify.annotations.Nullable;

/** A track as the decoder knows it: everything of its newest record that the next one may be coded against. */
final class DecoderTrack {
    final int kindCode;
    final String subject;
    CodedShape coded;
    final RecordClock clock = new RecordClock();
    /** The numbers of the newest record. */
    long[] last;
    /** The numbers of the record before the newest. */
    long[] before;

    private long[] spare = {};

    final byte[][] texts;
    /** How its texts are read; null if the group has a dictionary for them. */
    final OwnText.@Nullable Reader own;

    final long[] mask;

    /** @param isOwn whether its texts are {@link OwnText} */
    DecoderTrack(int kindCode, String subject, CodedShape coded, boolean isOwn) {
        this.kindCode = kindCode;
        this.subject = subject;
        this.coded = coded;
        this.own = isOwn ? new OwnText.Reader() : null;
        int slots = coded.shape().slots();
        this.last = new long[slots];
        this.before = new long[slots];
        this.texts = new byte[slots][];
        this.mask = new long[Mask.words(slots)];
    }

    /** An array for the numbers of the next record. */
    long[] spare() {
        return spare.length == last.length ? spare : new long[last.length];
    }

    /** Makes {@code now} the numbers of the newest record. */
    void moveOn(long[] now) {
        spare = before;
        before = last;
        last = now;
    }

    /** Ends the first record of the track: none was before it, so its own numbers stand for those. */
    void begin() {
        System.arraycopy(last, 0, before, 0, last.length);
    }
}
