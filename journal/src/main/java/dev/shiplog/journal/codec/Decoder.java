package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Decodes what an {@link Encoder} coded, in the same order; records may be missing. A record that was coded against a
 * missing one is refused, never guessed. Not thread safe.
 */
public final class Decoder {
    private final Decoded decoded = new Decoded();
    private long baseSequence;

    /** Begins a group whose first record has this sequence. */
    public void startGroup(long newBaseSequence) {
        baseSequence = newBaseSequence;
    }

    /** The index in its group of the record whose coded form begins at {@code from}. */
    public static int index(byte[] coded, int from) {
        int p = from + 1;
        int shift = 0;
        int value = 0;
        byte b;
        do {
            b = coded[p++];
            value |= (b & 0x7F) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }

    /**
     * Decodes one record.
     *
     * @return a view that is valid until the next call
     * @throws UndecodableException if what it was coded against is missing, or the bytes make no sense
     */
    public Decoded decode(byte[] coded, int from, int to) throws UndecodableException {
        int p = from + 1;
        while (coded[p++] < 0) {}
        decoded.sequence = baseSequence + index(coded, from);
        decoded.kind = Objects.requireNonNull(Kind.ofCode(coded[p++]));
        int n = coded[p++];
        decoded.subject = new String(coded, p, n, StandardCharsets.UTF_8);
        p += n;
        decoded.time = longAt(coded, p);
        decoded.received = longAt(coded, p + 8);
        decoded.monotonic = longAt(coded, p + 16);
        decoded.payload = Arrays.copyOfRange(coded, p + 24, to);
        return decoded;
    }

    private static long longAt(byte[] b, int at) {
        long v = 0;
        for (int i = 7; i >= 0; i--) {
            v = v << 8 | (b[at + i] & 0xFF);
        }
        return v;
    }
}
