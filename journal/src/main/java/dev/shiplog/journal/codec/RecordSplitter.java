package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Splits the payloads of records into shape and values, as a reader of a journal sees them. A payload is mostly like the
 * last one of its kind and subject, so only what differs is looked at. Not thread safe.
 */
public final class RecordSplitter {
    /** As many as an {@link Encoder} tries. */
    private static final int MAX_TRACKS_OF_A_SUBJECT = 4;

    /** Of the payloads that others are compared with. */
    private static final long MAX_MEMORY_BYTES = 8 << 20;

    private final Splitter splitter = new Splitter();
    private final GroupShapes.Writer shapes = new GroupShapes.Writer();
    /** The newest track, by code of the kind and by subject. */
    private final Map<Integer, Map<String, WholeRecord.Track>> tracks = new HashMap<>();

    private Slots now = new Slots(128);
    private long memoryBytes;

    /**
     * Splits a record.
     *
     * @param kindCode of its kind, which this version need not know: then that of {@code record} does not matter
     * @return the record, valid until the next call
     */
    public RecordView split(Record record, int kindCode, boolean restated) {
        if (memoryBytes >= MAX_MEMORY_BYTES) {
            forget();
        }
        now.payload = record.payload();
        return new WholeRecord(record, kindCode, restated, track(kindCode, record.subject()));
    }

    private void forget() {
        tracks.clear();
        shapes.startGroup();
        memoryBytes = 0;
    }

    /** The track of the record at hand, which is its newest one then; null if the payload is not split. */
    private WholeRecord.@Nullable Track track(int kindCode, String subject) {
        Map<String, WholeRecord.Track> ofKind = tracks.computeIfAbsent(kindCode, code -> new HashMap<>());
        WholeRecord.Track newest = ofKind.get(subject);
        int count = 0;
        for (WholeRecord.Track track = newest; track != null; track = track.older) {
            if (splitter.splitLike(track.slots, now)) {
                return advance(track);
            }
            if (++count == MAX_TRACKS_OF_A_SUBJECT) {
                track.older = null;
            }
        }
        KnownShape known = splitter.split(now.payload) ? known(splitter.shape(now.payload)) : null;
        if (known == null) {
            return null;
        }
        splitter.copyTo(now);
        WholeRecord.Track track = new WholeRecord.Track(known);
        track.older = newest;
        ofKind.put(subject, track);
        return advance(track);
    }

    private @Nullable KnownShape known(Shape shape) {
        KnownShape known = shapes.find(shape);
        if (known == null) {
            shapes.startGroup();
            known = shapes.find(shape);
        }
        return known;
    }

    private WholeRecord.Track advance(WholeRecord.Track track) {
        memoryBytes += now.memoryBytes() - track.slots.last.memoryBytes();
        now = track.slots.advance(now);
        return track;
    }
}
