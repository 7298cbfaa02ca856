package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Skips zeros in a file that may be gigabytes of nothing. Reading a hole fills the page cache with it, at some 300 MB/s;
 * reading past the cache, where the file system allows it, is a hundred times as fast.
 */
final class Zeros {
    private static final int SIZE = 1 << 20;
    private static final String PAST_THE_CACHE = "DIRECT";

    private Zeros() {}

    /** As {@link #skip(Path, long, long)}, however far it goes. */
    static long skip(Path file, long from) {
        return skip(file, from, Long.MAX_VALUE);
    }

    /**
     * Returns an offset between {@code from} and {@code to} up to which {@code file} holds nothing but zeros. It need not be
     * the last one: where the file system does not allow reading past the cache, it is {@code from}.
     */
    static long skip(Path file, long from, long to) {
        if (from >= to) {
            return from;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, pastTheCache())) {
            int block = Math.toIntExact(Files.getFileStore(file).getBlockSize());
            ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE + block).alignedSlice(block);
            ByteBuffer zeros = ByteBuffer.allocateDirect(SIZE);
            long next = Math.floorDiv(from, block) * (long) block;
            while (next < to
                    && channel.read(bytes.clear().limit(SIZE), next) == SIZE
                    && bytes.flip().equals(zeros)) {
                next += SIZE;
            }
            return Math.min(to, Math.max(from, next));
        } catch (IOException | UnsupportedOperationException | ArithmeticException e) {
            return from; // then the caller reads the zeros itself
        }
    }

    /** By name: javac warns of the package of this option, and the warning cannot be suppressed. */
    private static OpenOption pastTheCache() {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals(PAST_THE_CACHE)) {
                    return (OpenOption) option;
                }
            }
        } catch (ClassNotFoundException e) {
            // as below
        }
        throw new UnsupportedOperationException(PAST_THE_CACHE);
    }
}
