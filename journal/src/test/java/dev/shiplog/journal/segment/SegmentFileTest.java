package dev.shiplog.journal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class SegmentFileTest {
    private static final int OFFSET = 4096;
    private static final int PIECE = 40_000;
    /** 300 in the long form. */
    private static final int SEEDS = Integer.getInteger("shiplog.segment.seeds", 60);

    @TempDir
    Path directory;

    /** Compares with the definition, on files of holes, zeros and content, of which one is the other, damaged and cut. */
    @Test
    void isInAnotherThatHoldsEveryByteButForTheZerosAtItsEnd() throws IOException {
        int held = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] original = content(random, 1 + random.nextInt(120));
            int longer = seed % 5 == 0 ? 120 : 5; // so that whole MiBs of a hole stand behind the end of the other
            byte[] copy = Arrays.copyOf(original, random.nextInt(original.length + longer * PIECE));
            for (int cuts = random.nextInt(3); cuts > 0 && copy.length > 0; cuts--) {
                Arrays.fill(copy, random.nextInt(copy.length), copy.length, (byte) 0);
            }
            if (random.nextInt(4) == 0 && copy.length > 0) {
                copy[random.nextInt(copy.length)] ^= 1;
            }
            SegmentFile whole = write("20261121-11F.cq4", original, random);
            SegmentFile part = write("20261121-12F.cq4", copy, random);

            boolean isIn = isIn(copy, original);
            assertThat(part.isIn(whole))
                    .as("seed %d: the copy in the original", seed)
                    .isEqualTo(isIn);
            assertThat(whole.isIn(part))
                    .as("seed %d: the original in the copy", seed)
                    .isEqualTo(isIn(original, copy));
            held += isIn ? 1 : 0;
        }
        assertThat(held).as("both answers occur").isBetween(SEEDS / 6, SEEDS * 5 / 6);
    }

    private static boolean isIn(byte[] copy, byte[] original) {
        int end = copy.length;
        while (end > OFFSET && copy[end - 1] == 0) {
            end--;
        }
        return end <= OFFSET
                || (end <= original.length && Arrays.mismatch(copy, OFFSET, end, original, OFFSET, end) < 0);
    }

    private static byte[] content(Random random, int pieces) {
        byte[] bytes = new byte[pieces * PIECE];
        for (int piece = 0; piece < pieces; piece++) {
            if (random.nextInt(8) == 0) {
                bytes[piece * PIECE + random.nextInt(PIECE)] = (byte) random.nextInt();
            }
        }
        return bytes;
    }

    /** Writes what is not zero, and leaves most of the rest a hole. */
    private SegmentFile write(String name, byte[] bytes, Random random) throws IOException {
        Path file = directory.resolve(name);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int at = 0; at < bytes.length; at += PIECE) {
                int length = Math.min(PIECE, bytes.length - at);
                boolean last = at + length == bytes.length;
                if (last || random.nextInt(10) == 0 || !isZero(bytes, at, length)) {
                    channel.write(ByteBuffer.wrap(bytes, at, length), at);
                }
            }
        }
        SegmentStart start = new SegmentStart(OFFSET, "journal", 1, new Group(1, 1, 1, Tally.NONE));
        return new SegmentFile(file, Objects.requireNonNull(SegmentName.parse(name)), null, start, null);
    }

    private static boolean isZero(byte[] bytes, int from, int length) {
        return Arrays.mismatch(bytes, from, from + length, new byte[length], 0, length) < 0;
    }
}
