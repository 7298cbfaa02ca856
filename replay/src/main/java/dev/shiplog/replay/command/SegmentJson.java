package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentSummary;
import dev.shiplog.timeline.json.JsonLine;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Segments as JSON, an object a line with all that is known; the newest of a journal also says how its recorder is. */
final class SegmentJson implements Listing {
    @Override
    public void begin(Bytes out) {}

    @Override
    public void add(SegmentSummary segment, @Nullable Recording recording, Bytes out) {
        JsonLine line = new JsonLine(out);
        line.put("segment", segment.segment().path().getFileName().toString());
        line.put("path", segment.segment().path().toString());
        line.put("state", Listing.label(segment.state()));
        Path copyOf = segment.segment().copyOf();
        if (copyOf != null) {
            line.put("copy_of", copyOf.getFileName().toString());
        }
        if (segment.firstReceived() != 0) {
            line.putTime("first_received", segment.firstReceived());
            line.putTime("last_received", segment.lastReceived());
            line.putTime("min_time", segment.records().minTime());
            line.putTime("max_time", segment.records().maxTime());
        }
        line.name("records");
        JsonLine records = new JsonLine(out);
        segment.records().counts().forEach((kindCode, count) -> records.put(Kind.label(kindCode), count));
        records.end();
        line.put("used_bytes", segment.usedBytes()).put("file_bytes", segment.fileBytes());
        SegmentHeader header = segment.header();
        if (header != null) {
            line.put("journal", header.journal()).put("host", header.host()).put("engine", header.engine());
            line.put("boot", header.boot()).put("writer", header.writer());
        }
        line.name("losses");
        out.put('[');
        for (int i = 0; i < segment.losses().size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            put(segment.losses().get(i), out);
        }
        out.put(']');
        if (recording != null) {
            recording.put(line);
        }
        line.end();
        out.put('\n');
    }

    @Override
    public void end(Map<Path, Recording> recordings, Bytes out) {}

    private static void put(Loss loss, Bytes out) {
        JsonLine line = new JsonLine(out);
        Loss.Place place = loss.place();
        Loss.Sequences sequences = loss.sequences();
        line.put("from_offset", place.from()).put("to_offset", place.to());
        line.put("from_sequence", sequences.from()).put("to_sequence", sequences.to());
        putTime(line, "from_time", loss.received().after());
        putTime(line, "to_time", loss.received().before());
        line.put("reason", loss.reason());
        line.end();
    }

    private static void putTime(JsonLine line, String name, long epochNanos) {
        if (epochNanos == 0) {
            line.put(name, 0); // not known
        } else {
            line.putTime(name, epochNanos);
        }
    }
}
