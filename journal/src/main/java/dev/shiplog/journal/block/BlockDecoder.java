package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the records of a block, in the order in which a {@link BlockEncoder} was given them. Memory is bounded whatever
 * the block says. Not thread safe.
 *
 * <pre>
 * directory := varint records
 *              zigzag sequence of the first, less 1 · zigzag its received · zigzag its received - monotonic
 *              {@link Texts}
 *              varint n, n × {@link BlockShape}
 *              varint n, n × track
 *              {@link Residuals} sequences    each less the one before, less 1
 *              {@link Residuals} turns        {@link TrackOrder}
 *              {@link Residuals} restated     1 if it is, else 0
 *              {@link Residuals} offsets      received - monotonic, each less the one before
 *              {@link Rows}
 * track     := byte kind, varint shape, varint number of the subject
 * </pre>
 */
public final class BlockDecoder {
    /** The payloads of a block have at most so many bytes: it names a text often, and has it once. */
    public static final long MAX_PAYLOAD_BYTES = 256 << 20;

    /** A block holds at most this many records. */
    static final int MAX_RECORDS = 1 << 17;

    /** Of all tracks, for the memory of a decoder. */
    static final int MAX_CELLS = 4 << 20;

    static final int MAX_SHAPES = 1024;

    private final int records;
    /** How many bytes the payloads of the records to come may have. */
    private long allowance;

    private final Texts.Reader texts;
    final BlockTrack[] tracks;
    final Residuals.Reader sequences;
    final Residuals.Reader turns;
    final Residuals.Reader restated;
    final Residuals.Reader offsets;
    final Rows.Reader rows;
    private final TrackOrder order;
    private final BlockRecord record;

    private int read;
    private long sequence;
    private long offset;
    private long received;

    /**
     * Unpacks {@code block}, and reads what it says of its records.
     *
     * @param payloadBytes how many bytes the payloads may have; at most {@link #MAX_PAYLOAD_BYTES}
     * @throws UndecodableException if it is damaged, or of a newer version
     * @throws dev.shiplog.journal.file.ZstdMissingException if it cannot be unpacked on this machine
     */
    public BlockDecoder(byte[] block, long payloadBytes) throws UndecodableException {
        allowance = Math.min(payloadBytes, MAX_PAYLOAD_BYTES);
        Block unpacked = Block.unpack(block);
        BytesReader in = new BytesReader(unpacked.content(), 0, unpacked.directoryLength());
        Content content = new Content(unpacked.content(), unpacked.directoryLength());
        records = in.varintUpTo(MAX_RECORDS);
        sequence = in.zigZag();
        received = in.zigZag();
        offset = in.zigZag();
        texts = new Texts.Reader(in, content);
        BlockShape[] shapes = new BlockShape[in.varintUpTo(MAX_SHAPES)];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = BlockShape.read(texts.count(), in, content);
        }
        tracks = readTracks(in, shapes);
        sequences = new Residuals.Reader(in, content);
        turns = new Residuals.Reader(in, content);
        restated = new Residuals.Reader(in, content);
        offsets = new Residuals.Reader(in, content);
        rows = new Rows.Reader(texts.count(), in, content);
        if (in.remaining() + content.left() > 0) {
            throw new UndecodableException(in.remaining() + content.left() + " bytes too many");
        }
        order = new TrackOrder(tracks.length);
        record = new BlockRecord(texts);
    }

    /** How long the block is that begins with these bytes, by what it says; -1 if none does. */
    public static int length(byte[] head) {
        return Block.length(head);
    }

    private BlockTrack[] readTracks(BytesReader in, BlockShape[] shapes) throws UndecodableException {
        BlockTrack[] read = new BlockTrack[in.varintUpTo(records)];
        Map<Integer, String> subjects = new HashMap<>();
        long cells = 0;
        for (int i = 0; i < read.length; i++) {
            int kindCode = in.unsignedByte();
            if (kindCode == 0 || kindCode > Kind.MAX_CODE) {
                throw new UndecodableException("no kind of record has the code " + kindCode);
            }
            BlockShape shape = shapes[in.varintUpTo(shapes.length - 1)];
            int subject = in.varintUpTo(texts.count() - 1);
            String name = subjects.computeIfAbsent(subject, n -> new String(texts.get(n), StandardCharsets.UTF_8));
            read[i] = new BlockTrack(kindCode, shape, subject, name);
            cells += shape.cells();
        }
        if (cells > MAX_CELLS || records > 0 && read.length == 0) {
            throw new UndecodableException(read.length + " tracks of " + cells + " values");
        }
        return read;
    }

    /** How many records the block holds. */
    public int records() {
        return records;
    }

    /** Goes on to the next record; false if there is none. */
    public boolean next() throws UndecodableException {
        if (read == records) {
            return false;
        }
        int number = order.track(turns.next());
        if (number < 0) {
            throw new UndecodableException("a track that the block does not have");
        }
        BlockTrack track = tracks[number];
        BlockShape shape = track.shape;
        boolean first = track.last == null;
        long[] last = track.last == null ? shape.newest : track.last;
        long[] now = track.cells();
        System.arraycopy(last, 0, now, 0, now.length);
        now[Cells.SUBJECT] = track.subjectNumber;
        if (shape.hasColumns()) {
            shape.read(now, last, first);
        } else {
            rows.read(shape.shape, now, last, received);
        }
        allowance -= shape.leastBytes(now, texts);
        if (allowance < 0) {
            throw new UndecodableException("its payloads are longer than they may be");
        }
        track.advance(now);
        sequence += 1 + sequences.next();
        offset += offsets.next();
        received = now[Cells.RECEIVED];
        record.set(sequence, offset, restated.next() != 0, track, now);
        read++;
        return true;
    }

    /** The record that {@link #next} went to: valid until the next call. */
    public RecordView record() {
        return record;
    }
}
