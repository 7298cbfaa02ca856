package dev.shiplog.journal.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.RandomRecords;
import dev.shiplog.journal.file.ZstdFrame;
import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that are damaged, and blocks that somebody made. */
class BlockDamageTest {
    @Test
    void everyFlippedBitAndEveryCutIsFound() {
        byte[] block = BlockTest.encode(new BlockEncoder(), BlockTest.samples(100));
        for (int bit = 0; bit < block.length * 8; bit++) {
            byte[] flipped = block.clone();
            flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
            assertThatExceptionOfType(UndecodableException.class)
                    .as("bit %d", bit)
                    .isThrownBy(() -> new BlockDecoder(flipped));
        }
        for (int length = 0; length < block.length; length++) {
            byte[] cut = Arrays.copyOf(block, length);
            assertThatExceptionOfType(UndecodableException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> new BlockDecoder(cut));
        }
    }

    /** What no CRC finds: a block that somebody made. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void contentThatMakesNoSenseIsRefusedOrDecodedButNeverCrashes(long seed) throws Exception {
        Random random = new Random(seed);
        List<BlockTest.Expected> records = new ArrayList<>(BlockTest.samples(120));
        RandomRecords others = new RandomRecords(seed);
        for (int i = 0; i < 60; i++) {
            Record record = others.next();
            records.add(new BlockTest.Expected(record, false, record.kind().code()));
        }
        Block block = Block.unpack(BlockTest.encode(new BlockEncoder(), records));
        for (int round = 0; round < 3_000; round++) {
            byte[] content = block.content().clone();
            // Mostly in the directory, which says how all the rest is read.
            int range = random.nextInt(3) > 0 ? block.directoryLength() : content.length;
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                content[random.nextInt(range)] = (byte) (random.nextBoolean() ? random.nextInt(256) : 255);
            }
            try {
                BlockDecoder decoder = new BlockDecoder(made(content, block.directoryLength()));
                for (int n = 0; n < 1_000 && decoder.next(); n++) {
                    decoder.record().payload();
                }
            } catch (UndecodableException e) {
                assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
            } catch (RuntimeException | OutOfMemoryError e) {
                fail("seed " + seed + ", round " + round, e);
            }
        }
    }

    @Test
    void contentOfAnotherLengthThanDeclaredIsRefused() {
        byte[] block = BlockTest.encode(new BlockEncoder(), BlockTest.samples(100));
        int length = LittleEndian.getInt(block, 16);
        for (int other : new int[] {length - 1, length + 1, Integer.MAX_VALUE, -1, 0}) {
            byte[] lies = block.clone();
            LittleEndian.setInt(lies, 16, other);
            sign(lies);
            assertThatExceptionOfType(UndecodableException.class)
                    .as("%d instead of %d", other, length)
                    .isThrownBy(() -> new BlockDecoder(lies));
        }
    }

    @Test
    void aNewerVersionIsNamed() {
        byte[] block = BlockTest.encode(new BlockEncoder(), BlockTest.samples(1));
        LittleEndian.setInt(block, 4, 2);
        sign(block);
        assertThatExceptionOfType(UndecodableException.class)
                .isThrownBy(() -> new BlockDecoder(block))
                .withMessageContaining("version 2");
    }

    /** A block with this content, as it would be if an encoder had made it. */
    private static byte[] made(byte[] content, int directoryLength) {
        Bytes bytes = new Bytes(content.length);
        bytes.put(content);
        byte[] packed = ZstdFrame.of(bytes, 1);
        byte[] block = new byte[24 + packed.length];
        System.arraycopy("SHLB".getBytes(StandardCharsets.US_ASCII), 0, block, 0, 4);
        LittleEndian.setInt(block, 4, 1);
        LittleEndian.setInt(block, 8, block.length);
        LittleEndian.setInt(block, 16, content.length);
        LittleEndian.setInt(block, 20, directoryLength);
        System.arraycopy(packed, 0, block, 24, packed.length);
        sign(block);
        return block;
    }

    private static void sign(byte[] block) {
        CRC32C crc = new CRC32C();
        crc.update(block, 0, 12);
        crc.update(block, 16, block.length - 16);
        LittleEndian.setInt(block, 12, (int) crc.getValue());
    }
}
