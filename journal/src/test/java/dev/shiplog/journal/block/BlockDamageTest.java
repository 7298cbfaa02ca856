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
                    .isThrownBy(() -> new BlockDecoder(flipped, BlockDecoder.MAX_PAYLOAD_BYTES));
        }
        for (int length = 0; length < block.length; length++) {
            byte[] cut = Arrays.copyOf(block, length);
            assertThatExceptionOfType(UndecodableException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> new BlockDecoder(cut, BlockDecoder.MAX_PAYLOAD_BYTES));
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
                BlockDecoder decoder =
                        new BlockDecoder(made(content, block.directoryLength()), BlockDecoder.MAX_PAYLOAD_BYTES);
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
                    .isThrownBy(() -> new BlockDecoder(lies, BlockDecoder.MAX_PAYLOAD_BYTES));
        }
    }

    @Test
    void aNewerVersionIsNamed() {
        byte[] block = BlockTest.encode(new BlockEncoder(), BlockTest.samples(1));
        LittleEndian.setInt(block, 4, 2);
        sign(block);
        assertThatExceptionOfType(UndecodableException.class)
                .isThrownBy(() -> new BlockDecoder(block, BlockDecoder.MAX_PAYLOAD_BYTES))
                .withMessageContaining("version 2");
    }

    /** A few kB that stand for terabytes: each record names the same text of 20 MiB. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, BlockDecoder.MAX_PAYLOAD_BYTES, 50 << 20, 20 << 20, (20 << 20) - 1, 0})
    void oneTextCannotBeNamedForEver(long payloadBytes) throws Exception {
        int length = 20 << 20;
        byte[] block = namingOneText(length);
        assertThat(block).hasSizeLessThan(10_000);
        BlockDecoder decoder = new BlockDecoder(block, payloadBytes);
        assertThat(decoder.records()).isEqualTo(BlockDecoder.MAX_RECORDS);
        long most = Math.min(payloadBytes, BlockDecoder.MAX_PAYLOAD_BYTES) / length;
        for (int i = 0; i < most; i++) {
            assertThat(decoder.next()).isTrue();
            assertThat(decoder.record().payload().length()).isEqualTo(length);
        }
        assertThatExceptionOfType(UndecodableException.class)
                .isThrownBy(decoder::next)
                .withMessage("its payloads are longer than they may be");
    }

    private static byte[] namingOneText(int length) {
        int records = BlockDecoder.MAX_RECORDS;
        Bytes streams = new Bytes(length);
        streams.putVarint(0); // the subject
        streams.putVarint(length);
        int lengths = streams.length();
        streams.put(new byte[length]);
        int texts = streams.length();
        for (int i = 0; i < records; i++) {
            streams.putZigZag(0);
            streams.putZigZag(0);
            streams.putVarint(i == 0 ? 3 : 0); // text 1, then the same again
        }
        Bytes directory = new Bytes(64);
        directory.putVarint(records);
        for (int i = 0; i < 3; i++) {
            directory.putZigZag(0);
        }
        directory.putVarint(2);
        directory.putVarint(lengths);
        directory.putVarint(length);
        directory.putVarint(1);
        directory.put(0); // a shape that holds all in one text
        directory.putVarint(1);
        directory.put(1);
        directory.putVarint(0);
        directory.putVarint(0);
        for (int i = 0; i < 4; i++) {
            directory.putVarint((long) records << 4); // sequences, turns, restated, offsets: zeros
        }
        directory.putVarint(streams.length() - texts);
        int directoryLength = directory.length();
        directory.put(streams.array(), 0, streams.length());
        return made(directory.toArray(), directoryLength);
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
