package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Kind;
import org.jspecify.annotations.Nullable;

/** A track as the encoder knows it: everything of its newest record that the next one is coded against. */
final class EncoderTrack {
    final Kind kind;
    final KnownShape known;
    /** How its texts are written; null if the group has a dictionary for them. */
    final OwnText.@Nullable Writer own;

    /** The newest definition of the shape that a record of this track named, null if none did yet. */
    @Nullable
    CodedShape coded;

    /** How many records the next one builds on. */
    int depth;

    /** Of the newest record in its group. */
    int index;

    final RecordClock clock = new RecordClock();
    Slots last = new Slots(0);
    /** The numbers of the record before the newest. */
    long[] before = {};

    /** The next older track of the same kind and subject. */
    @Nullable
    EncoderTrack older;

    EncoderTrack(Kind kind, KnownShape known) {
        this.kind = kind;
        this.known = known;
        this.own = kind.texts() == Kind.Texts.OWN ? new OwnText.Writer() : null;
    }

    /** Makes {@code now} the newest record; returns what is not needed any more. */
    Slots advance(Slots now) {
        Slots free = last;
        long[] oldest = before;
        before = free.numbers;
        last = now;
        free.numbers = oldest;
        free.clear();
        return free;
    }

    /** Ends the first record of the track: none was before it, so its own numbers stand for those. */
    void begin() {
        before = last.numbers.clone();
    }
}
