package dev.shiplog.recorder.writer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A 64-bit hash (FNV-1a) of bytes, to recognise them when they come again. Pure. */
public final class ContentHash {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private ContentHash() {}

    public static long of(byte[] bytes) {
        long hash = OFFSET;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xFF)) * PRIME;
        }
        return hash;
    }

    /** The hash of a message of which only the beginning is kept: of the beginning and the whole length. */
    public static long of(byte[] beginning, long length) {
        byte[] digits = Long.toString(length).getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(beginning, beginning.length + digits.length);
        System.arraycopy(digits, 0, both, beginning.length, digits.length);
        return of(both);
    }
}
