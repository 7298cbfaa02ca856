package dev.shiplog.replay.export;

import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.journal.codec.Decoded;
import java.io.IOException;
import java.io.OutputStream;

/** Writes records as lines, in large pieces. Not thread safe. */
public final class LineWriter {
    private static final int PIECE = 1 << 16;

    private final LineFormat format;
    private final OutputStream out;
    private final Bytes lines = new Bytes(2 * PIECE);

    public LineWriter(LineFormat format, OutputStream out) {
        this.format = format;
        this.out = out;
    }

    public void write(Decoded record) throws IOException {
        format.write(record, lines);
        lines.put('\n');
        if (lines.length() >= PIECE) {
            drain();
        }
    }

    /** Hands on what was written so far, to whoever waits for it. */
    public void flush() throws IOException {
        drain();
        out.flush();
    }

    private void drain() throws IOException {
        out.write(lines.array(), 0, lines.length());
        lines.clear();
    }
}
