package dev.shiplog.journal.archive;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.file.ZstdFrame;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the blocks that {@link PortableWriter} writes. Records go through the codec of the journal, so that they are split
 * into shapes and values as those of a segment are: whoever exports them is fast only then.
 */
final class PortableReader implements BlockReader {
    /** Stands for kinds that this version does not know: they are split like any other. */
    private static final Kind ANY = Kind.MARK;

    private final byte[] lines;
    private final EnvelopeReader envelope = new EnvelopeReader();
    private final Encoder encoder = new Encoder();
    private final Decoder decoder = new Decoder();
    private final Bytes coded = new Bytes(1 << 12);
    private long allowance;
    private int at;
    private boolean begun;
    private @Nullable RecordView record;

    PortableReader(byte[] block, long payloadBytes) throws UndecodableException {
        allowance = payloadBytes;
        lines = ZstdFrame.unpack(block, PortableWriter.MAX_LINES);
    }

    @Override
    public boolean next() throws UndecodableException {
        if (at == lines.length) {
            return false;
        }
        int end = at;
        while (end < lines.length && lines[end] != '\n') {
            end++;
        }
        if (end == lines.length) {
            throw new UndecodableException("the last line does not end with a line feed");
        }
        long before = begun ? envelope.sequence : 0;
        envelope.read(lines, at, end);
        at = end + 1;
        allowance -= envelope.payload.length;
        if (allowance < 0) {
            throw new UndecodableException("its payloads are longer than they may be");
        }
        if (!begun || envelope.sequence != before + 1 || encoder.isFull()) {
            encoder.startGroup();
            decoder.startGroup(envelope.sequence);
        }
        begun = true;
        record = split();
        return true;
    }

    private RecordView split() throws UndecodableException {
        Kind kind = Kind.ofCode(envelope.kindCode);
        Record whole = new Record(
                envelope.sequence,
                kind == null ? ANY : kind,
                envelope.subject,
                envelope.time,
                envelope.received,
                envelope.monotonic,
                envelope.payload);
        coded.clear();
        if (envelope.restated) {
            encoder.encodeRestated(whole, coded);
        } else {
            encoder.encode(whole, coded);
        }
        RecordView split = decoder.decode(coded.array(), 0, coded.length());
        return kind == null ? new OfUnknownKind(envelope.kindCode, split) : split;
    }

    @Override
    public RecordView record() {
        return Objects.requireNonNull(record);
    }
}
