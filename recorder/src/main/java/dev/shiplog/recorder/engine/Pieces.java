package dev.shiplog.recorder.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Gathers a message that is longer than a buffer, within bounds: of more than {@link #LONGEST} bytes only the first
 * {@link #BEGINNING} are kept, and the rest is counted. For one thread.
 *
 * <p>It gathers pieces because an array that doubles is in memory twice while it grows.
 */
final class Pieces {
    /** No engine sends a longer message, and without {@code -Xmx} the heap is a quarter of the host's memory. */
    private static final long LONGEST_OF_ALL = 64L << 20;

    private static final long MIB = 1L << 20;

    static final int LONGEST = longest(Runtime.getRuntime().maxMemory());

    /** Enough to see what the message is about. */
    static final int BEGINNING = 4 * 1024;

    private static final int SMALLEST_PIECE = 16 * 1024;
    private static final int LARGEST_PIECE = 256 * 1024;

    private final Room room;
    private final List<byte[]> pieces = new ArrayList<>();
    /** Bytes used of the last piece. */
    private int used;

    private long length;
    private boolean tooLong;
    private boolean roomTaken;

    Pieces(Room room) {
        this.room = room;
    }

    /**
     * How long a message may be: a sixth of the heap in whole MiB, 27 of the default 160. The heap has room for one such
     * message together with what is made of it on its way to the disk.
     */
    static int longest(long heap) {
        long sixth = (heap / 6 + MIB - 1) / MIB * MIB;
        return (int) Math.min(LONGEST_OF_ALL, sixth);
    }

    /** Bytes gathered, kept or not. */
    long length() {
        return length;
    }

    /** True if only the beginning is kept. */
    boolean tooLong() {
        return tooLong;
    }

    void add(byte[] bytes, int from, int to) {
        if (!tooLong && !fits(length + to - from)) {
            cut(bytes, from, to);
        }
        length += to - from;
        for (int at = from; at < to && !tooLong; ) {
            byte[] piece = pieces.isEmpty() ? grow() : pieces.get(pieces.size() - 1);
            if (used == piece.length) {
                piece = grow();
            }
            int count = Math.min(to - at, piece.length - used);
            System.arraycopy(bytes, at, piece, used, count);
            used += count;
            at += count;
        }
    }

    private boolean fits(long wanted) {
        if (wanted > Room.FREE && wanted <= LONGEST && !roomTaken) {
            roomTaken = room.take();
        }
        return wanted <= Room.FREE || (wanted <= LONGEST && roomTaken);
    }

    private byte[] grow() {
        byte[] piece = new byte[(int) Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, length))];
        pieces.add(piece);
        used = 0;
        return piece;
    }

    private void cut(byte[] bytes, int from, int to) {
        byte[] beginning = take(bytes, from, to, BEGINNING);
        pieces.add(beginning);
        used = beginning.length;
        tooLong = true;
    }

    /** Removes white space from the end. */
    void trim() {
        while (!tooLong && !pieces.isEmpty()) {
            byte[] piece = pieces.get(pieces.size() - 1);
            while (used > 0 && ValueScanner.isSpace(piece[used - 1])) {
                used--;
                length--;
            }
            if (used > 0) {
                return;
            }
            pieces.remove(pieces.size() - 1);
            used = pieces.isEmpty() ? 0 : pieces.get(pieces.size() - 1).length;
        }
    }

    /** Gives what was gathered, or the beginning of it, and forgets it. */
    Message take() {
        Message message =
                tooLong ? new Message(pieces.get(0), length) : Message.of(take(new byte[0], 0, 0, Integer.MAX_VALUE));
        clear();
        return message;
    }

    /** The first bytes of what was gathered and of what follows; releases each piece as soon as it is copied. */
    private byte[] take(byte[] more, int from, int to, int most) {
        byte[] whole = new byte[(int) Math.min(length + to - from, most)];
        int at = 0;
        for (int i = 0; i < pieces.size() && at < whole.length; i++) {
            byte[] piece = pieces.set(i, more);
            int count = Math.min(whole.length - at, i + 1 < pieces.size() ? piece.length : used);
            System.arraycopy(piece, 0, whole, at, count);
            at += count;
        }
        System.arraycopy(more, from, whole, at, whole.length - at);
        pieces.clear();
        return whole;
    }

    /** Forgets what was gathered. Idempotent. */
    void clear() {
        pieces.clear();
        used = 0;
        length = 0;
        tooLong = false;
        if (roomTaken) {
            roomTaken = false;
            room.giveBack();
        }
    }
}
