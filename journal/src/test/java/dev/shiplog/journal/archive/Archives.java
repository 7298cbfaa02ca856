package dev.shiplog.journal.archive;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.journal.segment.Tally;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Archives for tests, and what is in them. */
final class Archives {
    static final String JOURNAL = "0c9f3a2b-1111-4222-8333-444455556666";
    static final long BEGAN = Instant.parse("2026-11-21T09:12:03Z").getEpochSecond() * 1_000_000_000L;

    private static final List<byte[]> PAYLOADS = payloads();

    private Archives() {}

    /**
     * What a test put into an archive, or found in one.
     *
     * @param record its kind is {@code MARK} if {@code kindCode} is that of no known kind
     */
    record Entry(Record record, int kindCode, boolean restated) {
        static Entry of(RecordView view) {
            Record record = new Record(
                    view.sequence(),
                    view.isOfKnownKind() ? view.kind() : Kind.MARK,
                    view.subject(),
                    view.time(),
                    view.received(),
                    view.monotonic(),
                    view.payload().toArray());
            return new Entry(record, view.kindCode(), view.restated());
        }

        boolean isSame(Entry other) {
            return record.sequence() == other.record.sequence()
                    && kindCode == other.kindCode
                    && restated == other.restated
                    && record.subject().equals(other.record.subject())
                    && record.time() == other.record.time()
                    && record.received() == other.record.received()
                    && record.monotonic() == other.record.monotonic()
                    && Arrays.equals(record.payload(), other.record.payload());
        }

        /** As a reader of a journal hands it out. */
        RecordView view() {
            try {
                Bytes coded = new Bytes(64);
                Encoder encoder = new Encoder();
                encoder.startGroup();
                if (restated) {
                    encoder.encodeRestated(record, coded);
                } else {
                    encoder.encode(record, coded);
                }
                coded.array()[2] = (byte) (coded.array()[2] & 0x80 | kindCode); // bit 7 is about its texts
                Decoder decoder = new Decoder();
                decoder.startGroup(record.sequence());
                return decoder.decode(coded.array(), 0, coded.length());
            } catch (UndecodableException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static List<byte[]> payloads() {
        List<byte[]> payloads = new ArrayList<>();
        Samples.NAMES.stream()
                .filter(name -> !name.equals(Samples.STATS))
                .forEach(name -> payloads.addAll(Samples.payloads(name)));
        payloads.addAll(Samples.payloads(Samples.STATS).subList(0, 200));
        return payloads;
    }

    /** Records of all kinds, known and not, with payloads of all sorts; those of the same seed are the same. */
    static List<Entry> random(long seed, int count) {
        Random random = new Random(seed);
        List<Entry> entries = new ArrayList<>();
        long sequence = random.nextInt(1000);
        for (int i = 0; i < count; i++) {
            sequence += random.nextInt(20) == 0 ? 1 + random.nextInt(100) : 1;
            int kindCode = random.nextInt(15) == 0 ? 9 + random.nextInt(119) : 1 + random.nextInt(8);
            Kind known = Kind.ofCode(kindCode);
            long time = random.nextInt(50) == 0 ? random.nextLong() : BEGAN + i * 1_000_000_007L;
            long received = random.nextInt(50) == 0 ? random.nextLong() : BEGAN + i * 1_000_000_000L;
            entries.add(new Entry(
                    new Record(
                            sequence,
                            known == null ? Kind.MARK : known,
                            subject(random),
                            time,
                            received,
                            random.nextInt(50) == 0 ? random.nextLong() : i * 1_000_000_000L + random.nextInt(1000),
                            payload(random)),
                    kindCode,
                    random.nextInt(10) == 0));
        }
        return entries;
    }

    private static String subject(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> "wéb \"\\\n\u0000";
            default -> HexFormat.of().toHexDigits(random.nextInt(5)).repeat(8);
        };
    }

    private static byte[] payload(Random random) {
        byte[] sample = PAYLOADS.get(random.nextInt(PAYLOADS.size()));
        return switch (random.nextInt(8)) {
            case 0 -> Mutation.of(sample, random);
            case 1 -> Mutation.otherBytes(sample, random);
            case 2 -> (random.nextBoolean() ? " {\"a\":1}\t" : "{\"a\":\n1}").getBytes(StandardCharsets.UTF_8);
            case 3 -> {
                byte[] bytes = new byte[random.nextInt(100)];
                random.nextBytes(bytes);
                yield bytes;
            }
            case 4 -> "no JSON: \"ü\u2028\" \\ \u0007".getBytes(StandardCharsets.UTF_8);
            default -> sample;
        };
    }

    /** A few samples of one container, and a clean stop. */
    static List<Entry> few(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            byte[] payload = i == count
                    ? new Mark.CleanStop("SIGTERM").toJson()
                    : ("{\"read\":" + i + ",\"cpu\":{\"total\":" + i * 1000 + "}}").getBytes(StandardCharsets.UTF_8);
            Kind kind = i == count ? Kind.MARK : Kind.STATS;
            long received = BEGAN + i * 1_000_000_000L;
            entries.add(new Entry(
                    new Record(i, kind, i == count ? "" : "c0ffee", received - 5, received, i, payload),
                    kind.code(),
                    false));
        }
        return entries;
    }

    static SegmentHeader header(String boot) {
        return new SegmentHeader(JOURNAL, "vm", "ENGINE", boot, "shiplog 0.1.0", BEGAN);
    }

    static SegmentStart start(long base) {
        return new SegmentStart(132, JOURNAL, BEGAN, new Group(base, -7, BEGAN, Tally.NONE));
    }

    static Description description(long base) {
        return new Description(
                "20261121-09F.cq4",
                start(base),
                null,
                "shiplog 0.1.0",
                "vm",
                new Description.Engine("ENGINE", "28.5.1"),
                List.of(new Description.Container("c0ffee", "web", "nginx:1", 3)),
                List.of(new Description.Gap("certain", "", "", 0, BEGAN, Long.MAX_VALUE, "the engine was down")),
                List.of());
    }

    /** Makes an archive as the only one of a directory; its file. */
    static Path write(Path directory, Coding coding, List<Entry> entries) throws IOException {
        return write(directory, coding, entries, Manifest.Link.NONE, null);
    }

    static Path write(Path directory, Coding coding, List<Entry> entries, Manifest.Link link, PrivateKey key)
            throws IOException {
        try (ArchiveWriter writer = ArchiveWriter.begin(directory, coding, JOURNAL, "vm")) {
            SegmentHeader header = header("boot-1");
            for (int i = 0; i < entries.size(); i++) {
                header = i == 2 ? header("boot-2") : header;
                writer.add(entries.get(i).view(), header, i % 3 == 0);
            }
            long base = entries.isEmpty() ? 1 : entries.get(0).record().sequence();
            Manifest manifest = writer.finish(description(base), link);
            Path file = directory.resolve(ArchiveName.of(manifest));
            writer.write(manifest, file, Access.OWNER, key);
            return file;
        }
    }

    /** All records of an archive, whose blocks must match their digests. */
    static List<Entry> read(Path file) throws IOException, UndecodableException {
        List<Entry> entries = new ArrayList<>();
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            for (int i = 0; i < archive.manifest().blocks().size(); i++) {
                BlockReader reader = archive.manifest()
                        .coding()
                        .reader(
                                archive.block(i),
                                archive.manifest().blocks().get(i).bytes());
                while (reader.next()) {
                    entries.add(Entry.of(reader.record()));
                }
            }
        }
        return entries;
    }

    /** Asserts that the lists hold the same; its message names the first difference, never megabytes of payload. */
    static void assertSame(List<Entry> found, List<Entry> expected, String as) {
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            if (!found.get(i).isSame(expected.get(i))) {
                throw new AssertionError(as + ": record " + i + " is " + found.get(i) + ", not " + expected.get(i));
            }
        }
        if (found.size() != expected.size()) {
            throw new AssertionError(as + ": " + found.size() + " records, not " + expected.size());
        }
    }
}
