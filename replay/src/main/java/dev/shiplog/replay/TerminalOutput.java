package dev.shiplog.replay;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.command.Console;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Standard output where it is a terminal. What could control that, or show a text as another than it is, comes out as JSON
 * escapes it, {@code \\u009b}: in JSON it means the same. Line feeds and tabs stay, and a carriage return before a line feed
 * goes, which ends the lines of programs that write to a terminal. Where output goes to a file or another
 * program, each byte stays. Not thread safe.
 */
final class TerminalOutput extends FilterOutputStream {
    /** The bytes of a character of which some are still to come. */
    private final Bytes begun = new Bytes(4);

    private int missing;
    /** Whether a carriage return came last. */
    private boolean isReturned;

    TerminalOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        Bytes ready = new Bytes(count + 16);
        for (int i = from; i < from + count; i++) {
            take(bytes[i], ready);
        }
        out.write(ready.array(), 0, ready.length());
    }

    private void take(byte b, Bytes ready) {
        boolean continues = (b & 0xc0) == 0x80;
        if (!continues || missing == 0) {
            end(ready);
            missing = Math.max(0, Integer.numberOfLeadingZeros(~b << 24) - 1);
        } else {
            missing--;
        }
        begun.put(b);
        if (missing == 0) {
            end(ready);
        }
    }

    private void end(Bytes ready) {
        String text = new String(begun.array(), 0, begun.length(), StandardCharsets.UTF_8);
        begun.clear();
        missing = 0;
        if (!text.isEmpty()) {
            endReturn(text.equals("\n"), ready);
        }
        if (text.equals("\r")) {
            isReturned = true;
        } else if (text.equals("\n") || text.equals("\t") || Console.isPrintable(text)) {
            ready.putUtf8(text);
        } else {
            ready.putUtf8(text.chars()
                    .mapToObj(unit -> String.format(Locale.ROOT, "\\u%04x", unit))
                    .collect(Collectors.joining()));
        }
    }

    private void endReturn(boolean isLineEnd, Bytes ready) {
        if (isReturned && !isLineEnd) {
            ready.putAscii("\\u000d");
        }
        isReturned = false;
    }

    @Override
    public void flush() throws IOException {
        Bytes ready = new Bytes(8);
        endReturn(false, ready);
        out.write(ready.array(), 0, ready.length());
        out.flush();
    }
}
