package dev.shiplog.recorder.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a log into its messages, in frames or, from a terminal, without. Its first byte says which: a frame begins with the
 * number of a stream, a line with the digit of a year, since times are asked for. (The type of the answer says it only since
 * API 1.42, and to ask for a description would be too late for a container that is being removed.) For one thread.
 */
final class LogMessages implements Messages {
    private final PushbackInputStream in;
    private final Room room;
    private @Nullable Messages messages;

    LogMessages(InputStream in, Room room) {
        this.in = new PushbackInputStream(in);
        this.room = room;
    }

    @Override
    public @Nullable Message next() throws IOException {
        if (messages == null) {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            in.unread(first);
            messages = first < ' ' ? new FrameReader(in, room) : new TerminalReader(in, room);
        }
        return messages.next();
    }
}
