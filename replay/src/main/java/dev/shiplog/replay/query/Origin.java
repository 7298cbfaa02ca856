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
 * Where the records that a cursor reads come from: the journal's id and the Docker host's name. The engine gives its
 * host's name in {@code /info}, which is at the start of each segment. If it gave none, the recorder's own host name takes
 * its place, which in a container is the container's id. Not thread safe.
 */
public final class Origin {
    /** The origin of a record: a new object once it changes. What is not known is empty. */
    public record Place(String journal, String host) {}

    /** The engine's answer comes after a few marks. If it is not among so many records, the engine was down. */
    public static final int MAX_RECORDS_BEFORE_INFO = 64;

    private @Nullable SegmentHeader header;
    private Place place = new Place("", "");
    /** What the engine calls its host. */
    private String engineHost = "";

    /** The place of the record last observed. */
    public Place place() {
        return place;
    }

    /** Sets the place, for one who hands on records later than they were read. */
    public void set(Place of) {
        place = of;
    }

    /** Learns from the cursor's current record. */
    @SuppressWarnings("ReferenceEquality") // a repeated header is a new object, and only costs another look
    public void observe(Cursor cursor) {
        SegmentHeader now = cursor.header();
        if (now != null && now != header) {
            if (header == null || !now.journal().equals(header.journal())) {
                engineHost = hostOf(cursor.file());
            }
            header = now;
            update(now);
        }
        RecordView record = cursor.record();
        if (record.kind() == Kind.HOST) {
            String name = HostView.scan(record.payload().toArray()).name();
            if (!name.isEmpty() && !name.equals(engineHost)) {
                engineHost = name;
                update(header);
            }
        }
    }

    private void update(@Nullable SegmentHeader of) {
        String host = engineHost.isEmpty() && of != null ? of.host() : engineHost;
        Place now = new Place(of == null ? "" : of.journal(), host);
        place = now.equals(place) ? place : now;
    }

    /**
     * The name that the engine gives its host at the beginning of a segment, so that the marks before it have it too; empty
     * if it gives none there.
     */
    public static String hostOf(Path file) {
        try (Cursor ahead = Cursor.open(List.of(file))) {
            for (int i = 0; i < MAX_RECORDS_BEFORE_INFO; i++) {
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
                    case UNKNOWN, LOSS, COPY -> {}
                }
            }
        } catch (IOException e) {
            return ""; // whoever reads the segment reports what is wrong with it
        }
        return "";
    }
}
