package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import java.util.function.LongSupplier;

/** Joins records of logs that belong together, before another format writes them. Other records do not wait for these. */
public final class JoinedLogs extends WrappedFormat {
    private final LogJoin join;
    private final Origin origin;
    private final Origin written;
    private final LongSupplier now;

    /**
     * @param lines writes what is joined
     * @param origin where the current record comes from; the caller keeps it up to date
     * @param written what {@code lines} takes its records to come from
     * @param now the time, ns since the epoch
     */
    public JoinedLogs(LineFormat lines, LogJoin join, Origin origin, Origin written, LongSupplier now) {
        super(lines);
        this.join = join;
        this.origin = origin;
        this.written = written;
        this.now = now;
    }

    @Override
    public void write(RecordView record, Bytes out) {
        if (record.kind() != Kind.LOG) {
            written.set(origin.place());
            lines.write(record, out);
            return;
        }
        int from = out.length();
        join.take(record, origin.place(), (joined, place) -> {
            if (out.length() > from && endsLines()) {
                out.put('\n');
            }
            write(joined, place, out);
        });
    }

    private void write(RecordView joined, Origin.Place place, Bytes out) {
        written.set(place);
        lines.write(joined, out);
    }

    private void writeLine(RecordView joined, Origin.Place place, Bytes out) {
        write(joined, place, out);
        if (endsLines()) {
            out.put('\n');
        }
    }

    @Override
    public void idle(Bytes out) {
        join.idle(now.getAsLong(), (joined, place) -> writeLine(joined, place, out));
        lines.idle(out);
    }

    @Override
    public void end(Bytes out) {
        join.end((joined, place) -> writeLine(joined, place, out));
        lines.end(out);
    }
}
