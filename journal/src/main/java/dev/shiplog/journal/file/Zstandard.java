package dev.shiplog.journal.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.shiplog.journal.bytes.UndecodableException;
import java.util.Arrays;

/**
 * Compresses arrays of bytes with zstd and unpacks them again, never to more than the caller expects.
 *
 * <p>zstd is a native library. Where it does not load, all this throws {@link ZstdMissingException}: what was to be read
 * is not damaged, it cannot be read here.
 */
public final class Zstandard {
    private Zstandard() {}

    /** One frame that holds {@code length} bytes from {@code from}, and how many they are; without a checksum. */
    public static byte[] compress(byte[] bytes, int from, int length, int level) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(level).setChecksum(false);
            byte[] packed = new byte[Math.toIntExact(Zstd.compressBound(length))];
            int packedLength = context.compressByteArray(packed, 0, packed.length, bytes, from, length);
            return Arrays.copyOf(packed, packedLength);
        } catch (LinkageError e) {
            throw new ZstdMissingException(e);
        }
    }

    /**
     * Unpacks frames, one after the other, that take up all of the {@code length} bytes from {@code from}.
     *
     * @throws UndecodableException if they are no such frames, or hold more or fewer than {@code unpackedLength} bytes
     */
    public static byte[] unpack(byte[] packed, int from, int length, int unpackedLength) throws UndecodableException {
        byte[] unpacked = new byte[unpackedLength];
        try {
            long count = Zstd.decompressByteArray(unpacked, 0, unpackedLength, packed, from, length);
            if (count != unpackedLength) {
                throw new UndecodableException("unpacks to another length than it says");
            }
            return unpacked;
        } catch (ZstdException e) {
            throw new UndecodableException("does not unpack: " + e.getMessage());
        } catch (LinkageError e) {
            throw new ZstdMissingException(e);
        }
    }
}
