package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What this version does with a journal that a newer one wrote: a reader reads what it knows and says what it does not,
 * a recorder leaves alone what it does not know. The newer journals are of today's appender, with changed bytes.
 */
class NewerJournalTest {
    private static final int HEADER = 0xF1;
    private static final int GROUP = 0xF2;
    private static final int NEW_KIND = 42;
    private static final long START = Instant.parse("2026-11-21T11:30:00Z").getEpochSecond() * 1_000_000_000L;

    @TempDir
    private Path directory;

    private Path journal;
    private Path segment;

    private record Answer(int code, String out, String err) {}

    /** A mark; six events and six logs by turns, of which the logs are to be of another kind. */
    private void write() throws IOException {
        journal = directory.resolve("journal");
        segment = journal.resolve("20261121-11F.cq4");
        try (Appender appender = open()) {
            append(appender, Kind.MARK, "", 0, "{\"mark\":\"moon\",\"phase\":\"full\",\"from\":{\"a\":1}}");
            for (int i = 1; i <= 6; i++) {
                append(appender, Kind.LOG, "web", i, "{\"name\":\"web-of-the-log\",\"time\":" + i + "}");
                append(appender, Kind.EVENT, "web", i, "{\"name\":\"web-of-the-log\",\"time\":" + i + "}");
            }
            append(
                    appender,
                    Kind.MARK,
                    "",
                    7,
                    new String(new Mark.CleanStop("SIGTERM").toJson(), StandardCharsets.UTF_8));
        }
    }

    private Appender open() throws IOException {
        return Appender.open(journal, new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0), record -> {});
    }

    private static long append(Appender appender, Kind kind, String subject, int second, String payload)
            throws IOException {
        long time = START + second * 1_000_000_000L;
        return appender.append(
                new Record(0, kind, subject, time, time, second, payload.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aMarkOfANewNameIsExportedAsItIs() throws Exception {
        write();
        assertThat(replay("export", "--kind", "mark", "--format", "raw", "-n", "1", journal.toString()))
                .isEqualTo(new Answer(0, "{\"mark\":\"moon\",\"phase\":\"full\",\"from\":{\"a\":1}}\n", ""));
        assertThat(replay("export", "--kind", "mark", "--bare", "-n", "1", journal.toString()))
                .isEqualTo(new Answer(
                        0,
                        "{\"@timestamp\":\"2026-11-21T11:30:00Z\",\"mark\":\"moon\",\"mark_phase\":\"full\",\"mark_from_a\":1}\n",
                        ""));
    }

    @Test
    void recordsOfANewKindAreCountedAndCostNoOther() throws Exception {
        write();
        List<String> before = events();
        changeKind();

        assertThat(events()).isEqualTo(before).hasSize(6);
        Answer answer = replay("export", "--format", "raw", journal.toString());
        assertThat(answer.err())
                .isEqualTo("replay: passed over: 6 records of kind 42, which this version does not know:"
                        + " a newer replay does\n");
        assertThat(answer.out().lines()).hasSize(8);
        assertThat(answer.code()).isZero();
        Answer ls = replay("ls", journal.toString());
        assertThat(ls.out()).contains("event 6, mark 2, kind-42 6");
        assertThat(ls.err()).isEmpty();
        assertThat(ls.code()).isZero();
        Transcript.assertSame(Transcript.ofPython(journal), Transcript.ofCursor(journal), "read by Python");
    }

    @Test
    void anExportAfterAnotherMissesNoRecordOfANewKind() throws Exception {
        write();
        changeKind();
        String[] next = {
            "export", "--format", "raw", "--after", directory.resolve("seen").toString(), journal.toString()
        };
        assertThat(replay(next).code()).isZero();
        try (Appender appender = open()) {
            append(appender, Kind.LOG, "web", 8, "{}");
            append(appender, Kind.EVENT, "web", 9, "{\"is\":\"new\"}");
        }
        segment = journal.resolve("20261121-11F.cq4");
        changeKind();

        Answer answer = replay(next);
        assertThat(answer.out()).isEqualTo("{\"is\":\"new\"}\n");
        assertThat(answer.err()).contains("passed over: 1 record of kind 42").doesNotContain("gap");
        assertThat(answer.code()).isZero();
    }

    @Test
    void aRecorderGoesOnBesideASegmentWithANewKind() throws Exception {
        write();
        changeKind();
        byte[] bytes = Files.readAllBytes(segment);

        String output = record();
        assertThat(output)
                .contains(segment + ": holds records of kinds that this recorder does not know: [42];"
                        + " it was set aside, unchanged\n");
        Path aside = journal.resolve("20261121-11F.cq4.1");
        assertThat(aside).hasBinaryContent(bytes);
        List<String> all = Transcript.ofCursor(journal);
        assertThat(all).noneMatch(line -> line.startsWith("lost "));
        assertThat(all.get(14)).startsWith("15 mark");
    }

    @Test
    void aRecorderBeginsANewJournalBesideANewerFormat() throws Exception {
        write();
        change(excerpt -> {
            if (Byte.toUnsignedInt(excerpt[4]) == HEADER) {
                excerpt[4 + 1 + 4] = 9;
            }
            return excerpt;
        });
        byte[] bytes = Files.readAllBytes(segment);

        for (String verb : List.of("export", "ls")) {
            Answer answer = replay(verb, journal.toString());
            assertThat(answer.code()).as(verb).isEqualTo(4);
            assertThat(answer.err()).as(verb).contains(": format version 9, this program reads up to 2\n");
        }
        String output = record();
        assertThat(output)
                .contains(segment + ": is of format version 9, and this recorder writes 2:"
                        + " a new journal starts in the same directory; it was set aside, unchanged\n")
                .doesNotContain("damage")
                .doesNotContain("clean stop");
        assertThat(journal.resolve("20261121-11F.cq4.1")).hasBinaryContent(bytes);
        List<String> all = Transcript.ofCursor(journal);
        assertThat(all.get(0)).startsWith("lost 20261121-11F.cq4.1 ");
        assertThat(all.get(1)).startsWith("1 mark");

        assertThat(record()).doesNotContain("version").doesNotContain("clean stop");
        assertThat(journal.resolve("20261121-11F.cq4.1")).hasBinaryContent(bytes);
        assertThat(Transcript.ofCursor(journal).subList(0, all.size())).isEqualTo(all);
    }

    @Test
    void aRecorderGoesOnBesideASegmentOfAnOlderFormat() throws Exception {
        write();
        change(excerpt -> {
            if (Byte.toUnsignedInt(excerpt[4]) == HEADER) {
                excerpt[4 + 1 + 4] = 1;
            }
            return excerpt;
        });
        byte[] bytes = Files.readAllBytes(segment);
        List<String> before = Transcript.ofCursor(journal);

        assertThat(record())
                .contains(segment + ": is of format version 1, and this recorder writes 2;"
                        + " it was set aside, unchanged\n")
                .doesNotContain("damage");
        assertThat(journal.resolve("20261121-11F.cq4.1")).hasBinaryContent(bytes);
        List<String> after = Transcript.ofCursor(journal);
        assertThat(after.subList(0, before.size())).isEqualTo(before);
        assertThat(after.get(before.size())).startsWith(before.size() + 1 + " mark");
    }

    private List<String> events() throws IOException {
        return Transcript.ofCursor(journal).stream()
                .filter(line -> line.contains(" event "))
                .toList();
    }

    /** A run of the recorder that meets no engine and is stopped; what it says. */
    private String record() throws Exception {
        Path output = directory.resolve("output");
        try (RecorderProcess recorder = RecorderProcess.recording(
                List.of(), output, "unix://" + directory.resolve("none"), journal, "--roll", "hourly")) {
            await().atMost(Duration.ofSeconds(60)).until(() -> recorder.output().contains("trying again"));
            recorder.terminate();
            assertThat(recorder.awaitEnd()).isZero();
            return recorder.output();
        }
    }

    private Answer replay(String... arguments) throws IOException, InterruptedException {
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(ReplayCommand.of(arguments))
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }

    /** Makes every log of the segment, and the counts in heads of groups, of a kind that does not exist. */
    private void changeKind() throws IOException {
        byte log = (byte) Kind.LOG.code();
        change(excerpt -> {
            int type = Byte.toUnsignedInt(excerpt[4]);
            if (type == GROUP) {
                int counts = 4 + 1 + 40;
                for (int i = 0, at = counts + 1; i < excerpt[counts]; i++, at += 2) { // all counts are below 128
                    excerpt[at] = excerpt[at] == log ? NEW_KIND : excerpt[at];
                }
            } else if (type < 0x80 && (type & 3) == 0 && (excerpt[6] & 0x7F) == log) { // form 0: flags, index, kind
                excerpt[6] = (byte) (excerpt[6] & 0x80 | NEW_KIND); // bit 7 says how its texts are written
            }
            return excerpt;
        });
    }

    /** Changes the excerpts of the segment, each from its CRC on, which then is made right again. */
    private void change(UnaryOperator<byte[]> how) throws IOException {
        byte[] file = Files.readAllBytes(segment);
        ByteBuffer words = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; words.getInt(at) != 0 && words.getInt(at) != 0xC000_0000; ) {
            int length = words.getInt(at) & 0x3FFF_FFFF;
            if ((words.getInt(at) & 0x4000_0000) == 0) {
                byte[] excerpt = Arrays.copyOfRange(file, at + 4, at + 4 + length);
                int salt = words.getInt(at + 4) ^ crc(excerpt);
                excerpt = how.apply(excerpt);
                System.arraycopy(excerpt, 0, file, at + 4, length);
                words.putInt(at + 4, crc(excerpt) ^ salt);
            }
            at = at + 4 + length + 3 & ~3;
        }
        Files.write(segment, file);
    }

    private static int crc(byte[] excerpt) {
        CRC32C crc = new CRC32C();
        crc.update(excerpt, 4, excerpt.length - 4);
        return (int) crc.getValue();
    }
}
