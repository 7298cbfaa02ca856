package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.bytes.Varint;
import dev.shiplog.journal.record.RecordView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what an {@link Encoder} coded, in the same order. Records may be missing: one that was coded against a missing
 * one is refused, and never decoded against another. Not thread safe.
 */
public final class Decoder {
    private final DecodedRecord decoded = new DecodedRecord();
    private final BytesReader in = new BytesReader();
    private final GroupShapes.Reader shapes = new GroupShapes.Reader();
    private final Text.Reader texts = new Text.Reader();

    /** By index in the group: the track whose newest record that is. */
    private final @Nullable DecoderTrack[] tracks = new @Nullable DecoderTrack[Encoder.MAX_GROUP];

    private long baseSequence;
    private int nextIndex;

    /** Begins a group whose first record has this sequence. */
    public void startGroup(long newBaseSequence) {
        baseSequence = newBaseSequence;
        nextIndex = 0;
        Arrays.fill(tracks, null);
        shapes.startGroup();
        texts.startGroup();
    }

    /** The index in its group of the record whose coded form begins at {@code from}; negative if there is none. */
    public static int index(byte[] coded, int from) {
        return Varint.intAt(coded, from + 1);
    }

    /**
     * Decodes one record.
     *
     * @return a view that is valid until the next call
     * @throws UndecodableException if it builds on a record that is missing, or the bytes make no sense
     */
    public RecordView decode(byte[] coded, int from, int to) throws UndecodableException {
        in.reset(coded, from, to);
        int flags = in.unsignedByte();
        int index = in.varintUpTo(Encoder.MAX_GROUP - 1);
        if (index < nextIndex) {
            throw new UndecodableException("record " + index + " of its group after record " + (nextIndex - 1));
        }
        DecoderTrack track = switch (flags & Flags.FORM) {
            case Flags.NEW -> readNew(flags);
            case Flags.NEXT -> readNext(flags, index);
            case Flags.COPY -> readCopy(flags, index);
            default -> throw new UndecodableException("unknown form");
        };
        if (in.remaining() > 0) {
            throw new UndecodableException(in.remaining() + " bytes too many");
        }
        tracks[index] = track;
        nextIndex = index + 1;
        decoded.set(baseSequence + index, track, (flags & Flags.RESTATED) != 0);
        return decoded;
    }

    /** Marks the record just decoded as restated, though its writer did not. */
    public void restate() {
        decoded.restate();
    }

    private DecoderTrack readNew(int flags) throws UndecodableException {
        int kind = in.unsignedByte();
        int kindCode = kind & ~OwnText.FLAG;
        if (kindCode == 0) {
            throw new UndecodableException("no kind of record has the code 0");
        }
        String subject = texts.readSubject(in);
        DecoderTrack track = new DecoderTrack(kindCode, subject, shapes.read(flags, null, in), kind != kindCode);
        Values.read(track, texts, in);
        track.begin();
        readClock(flags, track, null);
        return track;
    }

    private DecoderTrack readNext(int flags, int index) throws UndecodableException {
        int at = index - in.varintUpTo(index);
        DecoderTrack track = named(at);
        tracks[at] = null; // it moves on; and should this fail, nothing may build on it any more
        track.coded = shapes.read(flags, track.coded, in);
        Residuals.read(track, track, texts, in);
        readClock(flags, track, track.clock);
        return track;
    }

    private DecoderTrack readCopy(int flags, int index) throws UndecodableException {
        DecoderTrack model = named(index - in.varintUpTo(index));
        String subject = texts.readSubject(in);
        DecoderTrack track =
                new DecoderTrack(model.kindCode, subject, shapes.read(flags, model.coded, in), model.own != null);
        System.arraycopy(model.texts, 0, track.texts, 0, model.texts.length);
        Residuals.read(track, model, texts, in);
        track.begin();
        readClock(flags, track, model.clock);
        return track;
    }

    private DecoderTrack named(int index) throws UndecodableException {
        DecoderTrack track = tracks[index];
        if (track == null) {
            throw new UndecodableException("builds on a record that is lost");
        }
        return track;
    }

    private void readClock(int flags, DecoderTrack track, @Nullable RecordClock named) throws UndecodableException {
        long slotTime = 0;
        if ((flags & Flags.TIME_EXPLICIT) == 0) {
            int timeSlot = track.coded.timeSlot();
            if (timeSlot < 0) {
                throw new UndecodableException("a time is missing");
            }
            slotTime = track.last[timeSlot];
        }
        track.clock.read(flags, slotTime, named, in);
    }
}
