package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to the bytes of a journal, a cursor hands out what was appended or reports what is lost. */
@Timeout(300)
class DamageTest {
    /** One segment, two runs, small and large records. */
    private static JournalBytes small;
    /** Nine segments of a minute each, several groups in each. */
    private static JournalBytes large;

    private FileSystem memory;
    private Path journal;

    @BeforeAll
    static void write(@TempDir Path directory) throws IOException {
        Path one = directory.resolve("small");
        List<Record> records = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(one)) {
                for (int i = 0; i < 12; i++) {
                    Record record = Journals.stats(i, START + i);
                    records.add(record.withSequence(appender.append(record)));
                }
                Record record = Journals.bytes(Kind.INSPECT, 300, START + 20, run);
                records.add(record.withSequence(appender.append(record)));
            }
        }
        small = JournalBytes.of(one, records);

        Path many = directory.resolve("large");
        records = new ArrayList<>();
        try (Appender appender = Journals.open(many, Roll.MINUTELY)) {
            appender.setSnapshot(() -> List.of(Journals.stats(0, START)));
            for (int i = 0; i < 9 * 2500; i++) {
                Record record = i % 1000 == 500
                        ? Journals.bytes(Kind.INSPECT, 400_000, START + i * SECOND * 60 / 2500, i)
                        : Journals.stats(i, START + i * SECOND * 60 / 2500);
                appender.append(record);
            }
        }
        records.addAll(Journals.read(many).records());
        assertThat(records).hasSize(9 * 2500 + 9);
        large = JournalBytes.of(many, records);
    }

    @AfterAll
    static void forget() {
        small = null;
        large = null;
    }

    @BeforeEach
    void openMemory() throws IOException {
        memory = Jimfs.newFileSystem(Configuration.unix());
        journal = Files.createDirectory(memory.getPath("/journal"));
    }

    @AfterEach
    void closeMemory() throws IOException {
        memory.close();
    }

    private void put(JournalBytes made) throws IOException {
        for (Map.Entry<String, byte[]> segment : made.segments().entrySet()) {
            Files.write(journal.resolve(segment.getKey()), segment.getValue());
        }
    }

    @Test
    void undamagedItIsReadWhole() throws IOException {
        for (JournalBytes made : List.of(small, large)) {
            put(made);
            Journals.Reading reading = Journals.read(journal);
            assertThat(reading.losses()).isEmpty();
            Journals.assertSame(reading.records(), made.oracle().appended());
            openMemory();
        }
    }

    @Test
    void cutAtEveryByte() throws IOException {
        byte[] bytes = small.segments().get(small.newest());
        Path file = Files.write(journal.resolve(small.newest()), bytes);
        int end = JournalBytes.excerpts(bytes).get(JournalBytes.excerpts(bytes).size() - 1)[1];
        int pages = JournalBytes.excerpts(bytes).get(0)[0] - 64;
        int before = small.oracle().appended().size();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            // Every byte of what we wrote and of the heads of Chronicle's pages; of the pages a sample.
            for (int size = bytes.length; size >= 0; size -= size <= 512 || size > pages ? 1 : 61) {
                String damage = "cut at " + size;
                channel.truncate(size);
                Journals.Reading reading = Journals.read(file);
                int read = small.oracle()
                        .judge(reading, 1, small.oracle().appended().size(), damage);
                assertThat(read).as(damage).isLessThanOrEqualTo(before);
                // A file that was not cut has room for the next header behind its last record.
                assertThat(reading.losses()).as(damage).hasSize(size < end + 4 ? 1 : 0);
                before = read;
            }
        }
        assertThat(before).isZero();
    }

    @Test
    void everyBitFlipped() throws IOException {
        byte[] bytes = small.segments().get(small.newest());
        int pages = JournalBytes.excerpts(bytes).get(0)[0];
        assertThat(Journals.read(Files.write(journal.resolve(small.newest()), bytes))
                        .records())
                .hasSameSizeAs(small.oracle().appended());
        Path file = journal.resolve(small.newest());
        int told = 0;
        int trials = 0;
        // All of Chronicle's file header, of the heads of its index pages, and of what we wrote; of the pages a sample.
        for (int at = 0; at < bytes.length - 4000; at += at < 512 || at >= pages - 64 ? 1 : 499) {
            for (int bit = 0; bit < 8; bit++) {
                JournalBytes.flip(file, bytes, at, bit);
                Journals.Reading reading = Journals.read(file);
                small.oracle().judge(reading, 1, small.oracle().appended().size(), "bit " + bit + " of byte " + at);
                told += reading.losses().isEmpty() ? 0 : 1;
                trials++;
                JournalBytes.flip(file, bytes, at, bit);
            }
        }
        assertThat(told).as("losses told in " + trials + " trials").isGreaterThan(trials / 10);
    }

    @Test
    void aThousandBitsFlippedInAMiddleSegment() throws IOException {
        put(large);
        String name = large.segments().higherKey(large.segments().firstKey());
        byte[] bytes = large.segments().get(name).clone();
        long seed = 20261121;
        Random random = new Random(seed);
        int flips = 0;
        for (int i = 0; i < 1000; i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            if (++flips == 10) {
                Files.write(journal.resolve(name), bytes);
                judgeAll(large, "seed " + seed + " flip " + i);
                bytes = large.segments().get(name).clone();
                flips = 0;
            }
        }
        for (int i = 0; i < 1000; i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(journal.resolve(name), bytes);
        judgeAll(large, "seed " + seed + " all at once");
    }

    private int judgeAll(JournalBytes made, String damage) throws IOException {
        long newest = made.lastSequence().get(made.newest());
        return made.oracle().judge(Journals.read(journal), 1, newest, damage);
    }

    @Test
    void zeroedPages() throws IOException {
        put(large);
        Random random = new Random(7);
        String name = large.segments().higherKey(large.segments().firstKey());
        byte[] whole = large.segments().get(name);
        for (int trial = 0; trial < 40; trial++) {
            byte[] bytes = whole.clone();
            int pages = 1 + random.nextInt(3);
            for (int page = 0; page < pages; page++) {
                int at = random.nextInt(bytes.length / 4096) * 4096;
                Arrays.fill(bytes, at, at + 4096, (byte) 0);
            }
            Files.write(journal.resolve(name), bytes);
            judgeAll(large, "seed 7 trial " + trial);
        }
    }

    /** Without its group no record verifies: nothing good follows, and yet there is more than a writer leaves. */
    @Test
    void aZeroedGroupIsNamedWhereverItStands() throws IOException {
        List<String> names = List.copyOf(large.segments().keySet());
        for (String name : List.of(names.get(0), names.get(4), large.newest())) {
            byte[] whole = large.segments().get(name);
            List<int[]> excerpts = JournalBytes.excerpts(whole);
            List<int[]> groups = new ArrayList<>();
            for (int[] excerpt : excerpts) {
                if (whole[excerpt[0] + 8] == (byte) 0xF2) {
                    groups.add(excerpt);
                }
            }
            int[] first = groups.get(0);
            int second = groups.size() > 1 ? groups.get(1)[0] : whole.length;
            int page = first[0] & ~4095;
            for (int from : new int[] {page, first[0]}) { // with its header, and without
                put(large);
                byte[] bytes = whole.clone();
                Arrays.fill(bytes, from, from == page ? page + 4096 : first[1], (byte) 0);
                Arrays.fill(bytes, second, bytes.length, (byte) 0); // its only group
                Files.write(journal.resolve(name), bytes);
                String damage = name + " zeroed from " + from;
                Journals.Reading reading = Journals.read(journal);
                assertThat(reading.losses())
                        .extracting(Loss::segment)
                        .as(damage)
                        .containsOnly(name);
                large.oracle().judge(reading, 1, large.oracle().appended().size(), damage);
            }
        }
    }

    @Test
    void theLastGroupZeroedIsNamed() throws IOException {
        byte[] whole = small.segments().get(small.newest());
        List<int[]> excerpts = JournalBytes.excerpts(whole);
        int[] group = excerpts.stream()
                .filter(excerpt -> whole[excerpt[0] + 8] == (byte) 0xF2)
                .reduce((a, b) -> b)
                .orElseThrow();
        // Some more behind it: as much as one group may be would not be told from a kill.
        byte[] bytes = Arrays.copyOf(whole, whole.length + 4096);
        Arrays.fill(bytes, group[0], group[1], (byte) 0);
        int end = excerpts.get(excerpts.size() - 1)[1];
        for (int at = end; at + 300 < end + 4096; at += 300) {
            System.arraycopy(whole, group[1], bytes, at, 300);
        }
        Files.write(journal.resolve(small.newest()), bytes);
        Journals.Reading reading = Journals.read(journal);
        assertThat(reading.losses()).singleElement().satisfies(loss -> {
            assertThat(loss.reason()).isEqualTo("zeros where an excerpt should be");
            assertThat(loss.place().from()).isEqualTo(group[0]);
        });
        assertThat(small.oracle().judge(reading, 1, small.oracle().appended().size(), "the last group"))
                .isEqualTo(13);
    }

    @Test
    void halfAPayloadBehindTheEndIsNoDamage() throws IOException {
        byte[] whole = small.segments().get(small.newest());
        List<int[]> excerpts = JournalBytes.excerpts(whole);
        byte[] payload = new byte[131_104 + 1];
        for (int[] excerpt : excerpts) {
            boolean headDue = excerpt == excerpts.get(0) || whole[excerpt[0] + 8] == (byte) 0xF2;
            int most = headDue ? 2048 : payload.length - 1;
            for (int length : new int[] {1, 100, most, most + 1}) {
                new Random(length).nextBytes(payload);
                payload[length - 1] = 1;
                byte[] bytes = Arrays.copyOf(whole, excerpt[0] + 200_000);
                Arrays.fill(bytes, excerpt[0], bytes.length, (byte) 0);
                System.arraycopy(payload, 0, bytes, excerpt[0] + 4, length);
                Path file = Files.write(journal.resolve(small.newest()), bytes);
                assertThat(Journals.read(file).losses())
                        .as(length + " bytes behind the zero at " + excerpt[0])
                        .hasSize(length > most ? 1 : 0);
            }
        }
    }

    @Test
    void zerosWithoutEndHideNothingBehindThem(@TempDir Path disk) throws IOException {
        byte[] bytes = small.segments().get(small.newest());
        List<int[]> excerpts = JournalBytes.excerpts(bytes);
        int records = small.oracle().appended().size();
        for (Path directory : List.of(disk, journal)) {
            for (long hole : new long[] {4 << 20, (5 << 20) - 8, (9 << 20) + 4, (33 << 20) + 4096, 64 << 20}) {
                Path file = directory.resolve(small.newest());
                Files.deleteIfExists(file);
                int at = excerpts.get(6)[0];
                int on = excerpts.get(9)[0];
                try (FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                    channel.write(ByteBuffer.wrap(bytes, 0, at), 0);
                    channel.write(ByteBuffer.wrap(bytes, on, bytes.length - on), at + hole);
                    channel.write(ByteBuffer.wrap(new byte[1]), at + 3 * hole); // and as many behind
                }
                String damage = hole + " zeros in " + file;
                Journals.Reading reading = Journals.read(file);
                assertThat(small.oracle().judge(reading, 1, records, damage))
                        .as(damage)
                        .isBetween(records - 12, records - 3);
                assertThat(reading.losses().get(0).reason()).isEqualTo("zeros where an excerpt should be");
                assertThat(reading.losses().get(0).place().to()).as(damage).isEqualTo(at + hole);
            }
        }
    }

    @Test
    void aMissingSegmentIsNamedOnce() throws IOException {
        put(large);
        String gone = large.segments().higherKey(large.segments().firstKey());
        Files.delete(journal.resolve(gone));
        Journals.Reading reading = Journals.read(journal);
        long first = large.lastSequence().get(large.segments().firstKey()) + 1;
        assertThat(reading.losses()).hasSize(1);
        assertThat(reading.losses().get(0).sequences().from()).isEqualTo(first);
        assertThat(reading.losses().get(0).sequences().to())
                .isEqualTo(large.lastSequence().get(gone));
        large.oracle().judge(reading, 1, large.oracle().appended().size(), "missing " + gone);
    }

    @Test
    void aMissingEndMarkLosesNothing() throws IOException {
        put(large);
        for (Map.Entry<String, byte[]> segment : large.segments().entrySet()) {
            byte[] bytes = segment.getValue().clone();
            int at = bytes.length - 4096 - 8;
            while (at < bytes.length - 4 && !(bytes[at + 3] == (byte) 0xC0 && bytes[at] == 0)) {
                at++;
            }
            Arrays.fill(bytes, Math.min(at, bytes.length - 16), bytes.length, (byte) 0);
            Files.write(journal.resolve(segment.getKey()), bytes);
        }
        Journals.Reading reading = Journals.read(journal);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), large.oracle().appended());
    }

    @Test
    void garbageBehindTheEnd() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            put(small);
            byte[] bytes = small.segments().get(small.newest()).clone();
            byte[] garbage = new byte[(int) (1 + seed * 997)];
            new Random(seed).nextBytes(garbage);
            Path file = journal.resolve(small.newest());
            Files.write(file, bytes);
            Files.write(file, garbage, StandardOpenOption.APPEND);
            Journals.Reading reading = Journals.read(journal);
            Journals.assertSame(reading.records(), small.oracle().appended());
        }
    }

    @Test
    void blocksSwappedAndDuplicated() throws IOException {
        put(large);
        String name = large.segments().higherKey(large.segments().firstKey());
        byte[] whole = large.segments().get(name);
        long seed = 99;
        Random random = new Random(seed);
        for (int trial = 0; trial < 60; trial++) {
            byte[] bytes = whole.clone();
            List<int[]> excerpts = JournalBytes.excerpts(bytes);
            int[] a = excerpts.get(random.nextInt(excerpts.size() - 2));
            int[] b = excerpts.get(random.nextInt(excerpts.size() - 2));
            byte[] mixed = switch (trial % 3) {
                case 0 -> splice(bytes, a, b); // b again before a
                case 1 -> a[0] < b[0] ? swap(bytes, a, b) : swap(bytes, b, a);
                default ->
                    splice(bytes, a, JournalBytes.excerpts(large.segments().get(large.newest())), random);
            };
            Files.write(journal.resolve(name), mixed);
            judgeAll(large, "seed " + seed + " trial " + trial);
        }
    }

    private static byte[] splice(byte[] bytes, int[] at, int[] what) {
        byte[] out = new byte[bytes.length + what[1] - what[0]];
        int n = what[1] - what[0];
        System.arraycopy(bytes, 0, out, 0, at[0]);
        System.arraycopy(bytes, what[0], out, at[0], n);
        System.arraycopy(bytes, at[0], out, at[0] + n, bytes.length - at[0]);
        return out;
    }

    /** Puts an excerpt of another segment before {@code at}. */
    private static byte[] splice(byte[] bytes, int[] at, List<int[]> others, Random random) {
        byte[] other = large.segments().get(large.newest());
        int[] what = others.get(random.nextInt(others.size()));
        byte[] both = Arrays.copyOf(bytes, bytes.length + what[1] - what[0]);
        System.arraycopy(other, what[0], both, bytes.length, what[1] - what[0]);
        byte[] spliced = splice(both, at, new int[] {bytes.length, both.length});
        return Arrays.copyOf(spliced, both.length);
    }

    private static byte[] swap(byte[] bytes, int[] a, int[] b) {
        byte[] out = bytes.clone();
        int p = a[0];
        System.arraycopy(bytes, b[0], out, p, b[1] - b[0]);
        p += b[1] - b[0];
        System.arraycopy(bytes, a[1], out, p, b[0] - a[1]);
        p += b[0] - a[1];
        System.arraycopy(bytes, a[0], out, p, a[1] - a[0]);
        return out;
    }

    @Test
    void emptyZeroedForeignAndUnreadableSegmentsHideNoOther() throws IOException {
        put(large);
        List<String> names = List.copyOf(large.segments().keySet());
        Files.write(journal.resolve(names.get(1)), new byte[0]);
        Files.write(journal.resolve(names.get(3)), new byte[200_000]);
        Files.writeString(journal.resolve(names.get(5)), "Lorem ipsum dolor sit amet. ".repeat(10_000));
        Files.delete(journal.resolve(names.get(7)));
        Files.createDirectory(journal.resolve(names.get(7)));
        Journals.Reading reading = Journals.read(journal);
        large.oracle().judge(reading, 1, large.oracle().appended().size(), "four bad segments");
        assertThat(reading.losses())
                .extracting(Loss::segment)
                .containsExactly(names.get(1), names.get(3), names.get(5), names.get(7));
    }

    @Test
    void aLinkToNowhereIsALossAndHidesNoOther() throws IOException {
        put(large);
        List<String> names = List.copyOf(large.segments().keySet());
        Files.delete(journal.resolve(names.get(1)));
        Files.createSymbolicLink(journal.resolve(names.get(1)), journal.resolve("nowhere"));
        String newest = names.get(names.size() - 1);
        Files.delete(journal.resolve(newest));
        Files.createSymbolicLink(journal.resolve(newest), journal.resolve("nowhere"));
        Journals.Reading reading = Journals.read(journal);
        large.oracle().judge(reading, 1, large.oracle().appended().size(), "two links to nowhere");
        assertThat(reading.losses()).extracting(Loss::segment).containsExactly(names.get(1), newest);
        assertThat(reading.losses()).extracting(Loss::reason).containsOnly("cannot be read: no such file");
    }

    @Test
    void aFormatFromTheFutureIsNamed() throws IOException {
        byte[] bytes = small.segments().get(small.newest()).clone();
        int at = JournalBytes.excerpts(bytes).get(0)[0];
        int length =
                ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(at);
        bytes[at + 4 + 4 + 1 + 4] = 7;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(bytes, at + 8, length - 4);
        ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(at + 4, (int) crc.getValue());
        Path file = Files.write(journal.resolve(small.newest()), bytes);
        Journals.Reading reading = Journals.read(file);
        assertThat(reading.records()).isEmpty();
        assertThat(reading.losses()).hasSize(1);
        assertThat(reading.losses().get(0).reason()).contains("version 7", "up to 2");
    }

    @Test
    void namesAreThoseOfSegments() {
        assertThat(large.segments().keySet()).allMatch(name -> SegmentName.parse(name) != null);
    }
}
