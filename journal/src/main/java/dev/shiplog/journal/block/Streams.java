package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.file.Zstandard;

/**
 * The streams of a block that is written, packed into zstd frames in the order in which its directory names them. A reader
 * does not see where a frame ends: so short streams share one, and each frame is packed as suits it best.
 */
final class Streams {
    /** Matches far and wide, for what is alike. */
    private static final int HIGH = 19;
    /** Hardly looks for matches, which in noise are in the way. */
    private static final int LOW = 1;

    /** Shorter streams share a frame. */
    private static final int SHORT = 192;

    private static final int MAX_SHARED = 1 << 12;

    private final Bytes packed = new Bytes(1 << 10);
    private final Bytes pending = new Bytes(1 << 10);
    private int length;

    void add(Bytes stream) {
        if (stream.length() >= SHORT || pending.length() + stream.length() > MAX_SHARED) {
            flush();
        }
        if (stream.length() >= SHORT) {
            pack(stream);
        } else {
            pending.put(stream.array(), 0, stream.length());
        }
        length += stream.length();
    }

    /** How many bytes the streams have. */
    int length() {
        return length;
    }

    /** The frames of all streams so far. */
    Bytes packed() {
        flush();
        return packed;
    }

    private void flush() {
        if (pending.length() > 0) {
            pack(pending);
            pending.clear();
        }
    }

    private void pack(Bytes stream) {
        byte[] high = Zstandard.compress(stream.array(), 0, stream.length(), HIGH);
        byte[] low = Zstandard.compress(stream.array(), 0, stream.length(), LOW);
        packed.put(low.length < high.length ? low : high);
    }
}
