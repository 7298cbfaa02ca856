package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesKey;
import dev.shiplog.journal.codec.PlainShape;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects records and makes blocks of them. Lossless for any payload. The same records give the same block. Not thread
 * safe.
 *
 * <p>Each record becomes a row of {@link Cells}. The records of one kind, subject and shape are a <em>track</em>. The cells
 * of a shape with many records are coded by column: a {@link PredictorSearch} finds out what each is predicted from, so
 * that only what it missed takes up room. {@link BlockDecoder} reads it.
 */
public final class BlockEncoder {
    /** Enough that what a block costs beside its records is little; few enough that reading a minute does not read an hour. */
    private static final int MAX_RECORDS = 1 << 14;

    /** Of all records, in memory: 8 bytes each. */
    private static final int MAX_CELLS = 3 << 20;

    /** A record of 64 MiB may come on top. */
    private static final long MAX_PAYLOAD_BYTES = BlockDecoder.MAX_PAYLOAD_BYTES / 2;

    /** A record of 27 MiB may come on top. */
    private static final int MAX_TEXT_BYTES = 4 << 20;

    private static final int MAX_SHAPE_BYTES = 1 << 20;

    private final IdentityHashMap<Shape, ShapeRecords> shapes = new IdentityHashMap<>();
    private final Map<BytesKey, ShapeRecords> shapesByBytes = new HashMap<>();
    private final List<ShapeRecords> shapeList = new ArrayList<>();
    private final Map<TrackKey, Track> tracks = new HashMap<>();
    private final List<Track> trackList = new ArrayList<>();
    private final Bytes scratch = new Bytes(1 << 10);

    private Texts.Writer texts = new Texts.Writer();
    private int size;
    private int cells;
    private int shapeBytes;
    private long payloadBytes;

    // Of each record.
    private List<Track> order = new ArrayList<>();
    private Residuals.Writer sequences = new Residuals.Writer();
    private Residuals.Writer restated = new Residuals.Writer();
    private Residuals.Writer offsets = new Residuals.Writer();
    private long firstSequence;
    private long firstReceived;
    private long firstOffset;
    private long sequence;
    private long offset;

    private record TrackKey(int kindCode, int shape, String subject) {}

    private static final class Track {
        final int number;
        final int kindCode;
        final int subject;
        final ShapeRecords records;
        long @Nullable [] last;

        Track(int number, int kindCode, int subject, ShapeRecords records) {
            this.number = number;
            this.kindCode = kindCode;
            this.subject = subject;
            this.records = records;
        }
    }

    /** How many records were added since the last block. */
    public int size() {
        return size;
    }

    /** Whether the block must be finished before more records are added. */
    public boolean isFull() {
        return size >= MAX_RECORDS
                || cells >= MAX_CELLS
                || payloadBytes >= MAX_PAYLOAD_BYTES
                || texts.bytes() >= MAX_TEXT_BYTES
                || texts.count() >= Texts.MAX_TEXTS / 2;
    }

    /** Adds a record; the view is not needed any more afterwards. */
    public void add(RecordView record) {
        Shape split = record.shape();
        ShapeRecords known = split == null ? null : find(split);
        Track track = track(record, known == null ? whole() : known);
        Shape shape = track.records.shape;
        long[] now = new long[Cells.count(shape)];
        long[] last = track.last;
        now[Cells.TIME] = record.time();
        now[Cells.RECEIVED] = record.received();
        now[Cells.SUBJECT] = track.subject;
        for (int i = 0; i < shape.slots(); i++) {
            int cell = Cells.SLOTS + i;
            if (shape.type(i).isNumeric()) {
                now[cell] = record.number(i);
            } else {
                byte[] text = known == null ? record.payload().toArray() : record.text(i);
                now[cell] = texts.number(text, last == null ? 0 : (int) last[cell]);
            }
        }
        track.records.add(now, last);
        track.last = now;
        order.add(track);
        cells += now.length;
        payloadBytes += record.payload().length();
        addHead(record);
    }

    private void addHead(RecordView record) {
        long newOffset = record.received() - record.monotonic();
        if (size == 0) {
            firstSequence = record.sequence();
            firstReceived = record.received();
            firstOffset = newOffset;
            sequence = firstSequence - 1;
            offset = firstOffset;
        }
        sequences.add(record.sequence() - sequence - 1);
        offsets.add(newOffset - offset);
        restated.add(record.restated() ? 1 : 0);
        sequence = record.sequence();
        offset = newOffset;
        size++;
    }

    /** What the block has of this shape, or null if it has no room for another one. */
    private @Nullable ShapeRecords find(Shape shape) {
        ShapeRecords known = shapes.get(shape);
        if (known == null) {
            scratch.clear();
            PlainShape.write(shape, scratch);
            BytesKey key = new BytesKey(scratch.toArray());
            known = shapesByBytes.get(key);
            if (known == null) {
                if (shapeList.size() >= BlockDecoder.MAX_SHAPES - 1
                        || shapeBytes + scratch.length() > MAX_SHAPE_BYTES) {
                    return null;
                }
                shapeBytes += scratch.length();
                known = newShape(shape);
                shapesByBytes.put(key, known);
            }
            shapes.put(shape, known);
        }
        return known;
    }

    private ShapeRecords whole() {
        return shapes.computeIfAbsent(BlockShape.WHOLE, this::newShape);
    }

    private ShapeRecords newShape(Shape shape) {
        ShapeRecords records = new ShapeRecords(shapeList.size(), shape);
        shapeList.add(records);
        return records;
    }

    private Track track(RecordView record, ShapeRecords records) {
        TrackKey key = new TrackKey(record.kindCode(), records.number, record.subject());
        Track track = tracks.get(key);
        if (track == null) {
            int subject = texts.number(record.subject().getBytes(StandardCharsets.UTF_8), 0);
            track = new Track(trackList.size(), record.kindCode(), subject, records);
            tracks.put(key, track);
            trackList.add(track);
        }
        return track;
    }

    /** The block of all records that were added since the last one. The encoder is empty then. */
    public byte[] finish() {
        Bytes directory = new Bytes(1 << 14);
        Streams streams = new Streams();
        directory.putVarint(size);
        directory.putZigZag(firstSequence - 1);
        directory.putZigZag(firstReceived);
        directory.putZigZag(firstOffset);
        texts.write(directory, streams);
        directory.putVarint(shapeList.size());
        for (ShapeRecords records : shapeList) {
            ShapeWriter.write(records, directory, streams);
        }
        directory.putVarint(trackList.size());
        for (Track track : trackList) {
            directory.put(track.kindCode);
            directory.putVarint(track.records.number);
            directory.putVarint(track.subject);
        }
        sequences.write(directory, streams);
        writeTurns(directory, streams);
        restated.write(directory, streams);
        offsets.write(directory, streams);
        writeRows(directory, streams);
        clear();
        return Block.pack(directory, streams);
    }

    private void writeTurns(Bytes directory, Streams streams) {
        TrackOrder trackOrder = new TrackOrder(trackList.size());
        Residuals.Writer turns = new Residuals.Writer();
        for (Track track : order) {
            turns.add(trackOrder.turn(track.number));
        }
        turns.write(directory, streams);
    }

    private void writeRows(Bytes directory, Streams streams) {
        Rows.Writer rows = new Rows.Writer();
        int[] next = new int[shapeList.size()];
        long received = firstReceived;
        for (Track track : order) {
            ShapeRecords records = track.records;
            int i = next[records.number]++;
            long[] now = records.now(i);
            if (!ShapeWriter.hasColumns(records)) {
                long[] last = i == 0 ? new long[now.length] : records.last(i);
                rows.write(records.shape, now, last, received);
            }
            received = now[Cells.RECEIVED];
        }
        rows.write(directory, streams);
    }

    private void clear() {
        shapes.clear();
        shapesByBytes.clear();
        shapeList.clear();
        tracks.clear();
        trackList.clear();
        texts = new Texts.Writer();
        size = 0;
        cells = 0;
        shapeBytes = 0;
        payloadBytes = 0;
        order = new ArrayList<>();
        sequences = new Residuals.Writer();
        restated = new Residuals.Writer();
        offsets = new Residuals.Writer();
    }
}
