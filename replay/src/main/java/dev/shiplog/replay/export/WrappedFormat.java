package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;

/** A format that hands what it makes of records to another one, which writes it. */
abstract class WrappedFormat implements LineFormat {
    final LineFormat lines;

    WrappedFormat(LineFormat lines) {
        this.lines = lines;
    }

    @Override
    public void begin(Bytes out) {
        lines.begin(out);
    }

    @Override
    public void idle(Bytes out) {
        lines.idle(out);
    }

    @Override
    public void end(Bytes out) {
        lines.end(out);
    }

    @Override
    public final boolean endsLines() {
        return lines.endsLines();
    }

    @Override
    public final LineFormat innermost() {
        return lines.innermost();
    }
}
