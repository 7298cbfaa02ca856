package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.file.ZstdFrame;

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
    /** Longer ones are texts, which are no noise. */
    private static final int MAX_TRIED = 1 << 18;

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

    /** Adds all of {@code others}, packed as they are. */
    void addAll(Streams others) {
        if (others.length == 0) {
            return;
        }
        flush();
        Bytes frames = others.packed();
        packed.put(frames.array(), 0, frames.length());
        length += others.length;
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
        int start = packed.length();
        ZstdFrame.append(stream, HIGH, packed);
        int high = packed.length() - start;
        if (stream.length() <= MAX_TRIED && high > stream.length() / 4) {
            ZstdFrame.append(stream, LOW, packed);
            int low = packed.length() - start - high;
            if (low < high) {
                System.arraycopy(packed.array(), start + high, packed.array(), start, low);
            }
            packed.length(start + Math.min(low, high));
        }
    }
}
