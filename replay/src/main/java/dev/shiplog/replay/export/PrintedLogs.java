package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.payload.Container;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines of logs as {@code docker logs} prints them: byte for byte, and before each what was asked for. A line without
 * an end gets one if something else follows. Not thread safe.
 */
public final class PrintedLogs implements LineFormat {
    private static final int SHORT_ID = 12;

    private final ContainerIndex containers;
    private final Origin origin;
    private final Style style;

    /** The container and the stream of a line that has no end yet; null if there is none. */
    private @Nullable String openContainer;

    private int openStream;

    /**
     * What stands before a line.
     *
     * @param times the engine's time
     * @param names the container's name
     * @param hosts before that the host's
     */
    public record Style(boolean times, boolean names, boolean hosts) {}

    /** The caller keeps both up to date. */
    public PrintedLogs(ContainerIndex containers, Origin origin, Style style) {
        this.containers = containers;
        this.origin = origin;
        this.style = style;
    }

    @Override
    public void write(RecordView record, Bytes out) {
        LogLine line = LogLine.of(record);
        int stream = line.message().stream();
        boolean goesOn = record.subject().equals(openContainer) && stream == openStream;
        if (openContainer != null && !goesOn) {
            out.put('\n');
        }
        if (!goesOn) {
            putHead(record, out);
        }
        line.putRaw(out);
        openContainer = line.message().isPartial() ? record.subject() : null;
        openStream = stream;
    }

    private void putHead(RecordView record, Bytes out) {
        if (style.names) {
            Container container = containers.get(record.subject());
            String id = record.subject();
            out.putUtf8(style.hosts ? origin.place().host() + "/" : "");
            out.putUtf8(
                    container == null || container.name().isEmpty()
                            ? id.substring(0, Math.min(SHORT_ID, id.length()))
                            : container.name());
            out.putAscii(" | ");
        }
        if (style.times) {
            out.putNanoTime(record.time());
            out.put(' ');
        }
    }

    @Override
    public boolean endsLines() {
        return false;
    }
}
