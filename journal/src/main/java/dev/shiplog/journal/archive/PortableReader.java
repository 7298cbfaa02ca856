package dev.shiplog.journal.archive;

import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.file.ZstdFrame;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the blocks that {@link PortableWriter} writes. Payloads are split into shapes and values as those of a segment are:
 * whoever exports them is fast only then.
 */
final class PortableReader implements BlockReader {
    /** Stands for kinds that this version does not know. */
    private static final Kind ANY = Kind.MARK;

    private static final long LINE_FEEDS = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final byte[] lines;
    private final EnvelopeReader envelope = new EnvelopeReader();
    private final RecordSplitter splitter = new RecordSplitter();
    private long allowance;
    private int at;
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
        int end = lineEnd(lines, at);
        if (end == lines.length) {
            throw new UndecodableException("the last line does not end with a line feed");
        }
        envelope.read(lines, at, end);
        at = end + 1;
        allowance -= envelope.payload.length;
        if (allowance < 0) {
            throw new UndecodableException("its payloads are longer than they may be");
        }
        Kind kind = Kind.ofCode(envelope.kindCode);
        Record whole = new Record(
                envelope.sequence,
                kind == null ? ANY : kind,
                envelope.subject,
                envelope.time,
                envelope.received,
                envelope.monotonic,
                envelope.payload);
        record = splitter.split(whole, envelope.kindCode, envelope.restated);
        return true;
    }

    /** Where the next line feed is, or the end of {@code bytes}. */
    private static int lineEnd(byte[] bytes, int from) {
        int p = from;
        for (; p <= bytes.length - Long.BYTES; p += Long.BYTES) {
            // A byte that is 0 here is a line feed; the lowest one that borrows a high bit is the first.
            long others = LittleEndian.getLong(bytes, p) ^ LINE_FEEDS;
            long found = others - LOW_BITS & ~others & HIGH_BITS;
            if (found != 0) {
                return p + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (p < bytes.length && bytes[p] != '\n') {
            p++;
        }
        return p;
    }

    @Override
    public RecordView record() {
        return Objects.requireNonNull(record);
    }
}
