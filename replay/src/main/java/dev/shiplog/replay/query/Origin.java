package dev.shiplog.replay.query;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.timeline.payload.HostView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows whose the records are that a cursor reads: the journal's id and the Docker host's name. The engine tells its
 * host's name in {@code /info}, which each segment begins with; where it told none, the recorder's own host stands for it
 * (of a recorder in a container that is the container's id). Not thread safe.
 */
public final class Origin {
    /** What one record's origin is; a new object where it changes. What is not known is empty. */
    public record Place(String journal, String host) {}

    /** The engine answers after a few marks; that it is down is no news beyond this many records. */
    private static final int MOST_BEFORE_INFO = 64;

    private @Nullable SegmentHeader header;
    private Place place = new Place("", "");
    private String told = "";

    /** Of the record last observed. */
    public Place place() {
        return place;
    }

    /** Learns from the cursor's current record. */
    @SuppressWarnings("ReferenceEquality") // a header that comes again is a new object, and looked at again
    public void observe(Cursor cursor) {
        SegmentHeader now = cursor.header();
        if (now != null && now != header) {
            if (header == null || !now.journal().equals(header.journal())) {
                told = nameAhead(cursor.file());
            }
            header = now;
            settle(now);
        }
        RecordView record = cursor.record();
        if (record.kind() == Kind.HOST) {
            String name = HostView.scan(record.payload().toArray()).name();
            if (!name.isEmpty() && !name.equals(told)) {
                told = name;
                settle(header);
            }
        }
    }

    private void settle(@Nullable SegmentHeader of) {
        String host = told.isEmpty() && of != null ? of.host() : told;
        Place now = new Place(of == null ? "" : of.journal(), host);
        place = now.equals(place) ? place : now;
    }

    /** The name that the engine tells a little later in the segment, so that the first marks have it too. */
    private String nameAhead(Path file) {
        try (Cursor ahead = Cursor.open(List.of(file))) {
            for (int i = 0; i < MOST_BEFORE_INFO; i++) {
                switch (ahead.next()) {
                    case RECORD -> {
                        RecordView record = ahead.record();
                        String name = record.kind() == Kind.HOST
                                ? HostView.scan(record.payload().toArray()).name()
                                : "";
                        if (!name.isEmpty()) {
                            return name;
                        }
                    }
                    case END -> {
                        return "";
                    }
                    case LOSS, COPY -> {}
                }
            }
        } catch (IOException e) {
            return ""; // whoever reads the segment tells what is wrong with it
        }
        return "";
    }
}
