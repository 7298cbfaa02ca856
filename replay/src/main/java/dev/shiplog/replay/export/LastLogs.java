package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps the last lines of each container, and has another format write them once all are known. Not thread safe. */
public final class LastLogs extends WrappedFormat {
    private final int count;
    private final boolean follows;
    private final Origin origin;
    private final RecordSplitter splitter = new RecordSplitter();
    private final Map<String, Deque<Kept>> kept = new HashMap<>();
    private long taken;
    private boolean isReleased;

    private record Kept(long number, Record record, boolean restated, Origin.Place place) {}

    /**
     * @param count how many of each container
     * @param follows whether what comes later is written too, once nothing more is there for now
     * @param origin where each record comes from
     */
    public LastLogs(LineFormat lines, int count, boolean follows, Origin origin) {
        super(lines);
        this.count = count;
        this.follows = follows;
        this.origin = origin;
    }

    @Override
    public void write(RecordView record, Bytes out) {
        if (isReleased) {
            lines.write(record, out);
            return;
        }
        Deque<Kept> ofContainer = kept.computeIfAbsent(record.subject(), id -> new ArrayDeque<>());
        if (count > 0) {
            ofContainer.add(new Kept(taken++, record.toRecord(), record.restated(), origin.place()));
        }
        if (ofContainer.size() > count) {
            ofContainer.remove();
        }
    }

    @Override
    public void idle(Bytes out) {
        if (follows) {
            release(out);
        }
        lines.idle(out);
    }

    @Override
    public void end(Bytes out) {
        release(out);
        lines.end(out);
    }

    private void release(Bytes out) {
        isReleased = true;
        List<Kept> all = kept.values().stream()
                .flatMap(Deque::stream)
                .sorted(Comparator.comparingLong(Kept::number))
                .toList();
        kept.clear();
        for (Kept each : all) {
            origin.set(each.place);
            lines.write(splitter.split(each.record, each.record.kind().code(), each.restated), out);
        }
    }
}
