package dev.shiplog.journal.bytes;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes as a key of a map. Nobody changes the array after the key was made. */
public final class BytesKey {
    private final byte[] bytes;
    private final int hash;

    public BytesKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BytesKey key && key.hash == hash && Arrays.equals(key.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
