package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LsCommandTest {
    @TempDir
    Path directory;

    @Test
    void listsSegments() throws IOException {
        try (Appender open = TestJournal.write(directory, TestJournal.RECORDS)) {
            open.sync();
            Terminal terminal = new Terminal(directory);

            assertThat(terminal.run("ls .")).isEqualTo(ExitCode.OK);
            assertThat(terminal.err()).isEmpty();
            assertThat(withoutSizes(terminal)).isEqualTo("""
                            SEGMENT            STATE     FROM                  UNTIL                     BYTES  RECORDS
                            20261121-0912.cq4  rolled    2026-11-21T09:12:00Z  2026-11-21T09:12:05Z    ##.# kB  event 1, stats 2, inspect 1, mark 1
                            20261121-0913.cq4  open      2026-11-21T09:13:05Z  2026-11-21T09:13:59Z    ##.# kB  event 1, stats 2, mark 1
                            The recorder is running; the last record is 46 min old.
                            """);
        }
    }

    @Test
    void listsArchives() throws IOException {
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, TestJournal.RECORDS).close();
        List<Path> archives = TestArchives.write(journal, directory.resolve("archives"), Coding.PORTABLE);
        Files.delete(journal.resolve("20261121-0912.cq4"));
        Files.delete(archives.get(1));
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("ls journal archives")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(withoutSizes(terminal)
                        .replaceAll("[0-9a-f]{8}-1.tar", "########-1.tar")
                        .replace(directory.toString(), "DIR")
                        .replaceAll(" +(\\d+ B)? +", "  "))
                .isEqualTo("""
                        SEGMENT  STATE  FROM  UNTIL  BYTES  RECORDS
                        DIR/archives/host-20261121T091200Z-########-1.tar  archived  2026-11-21T09:12:00Z  2026-11-21T09:12:05Z  event 1, stats 2, inspect 1, mark 1
                        DIR/journal/20261121-0913.cq4  open  2026-11-21T09:13:05Z  2026-11-21T09:13:59Z  ##.# kB  event 1, stats 2, mark 1
                        The recorder was stopped; the last record is 46 min old.
                        """);
    }

    @Test
    void namesAnArchiveThatDoesNotMatchItsManifest() throws IOException {
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, TestJournal.RECORDS).close();
        List<Path> archives = TestArchives.write(journal, directory.resolve("archives"), Coding.PORTABLE);
        byte[] bytes = Files.readAllBytes(archives.get(1));
        int block;
        try (ArchiveFile archive = ArchiveFile.open(archives.get(1))) {
            block = (int) archive.blockOffset(0);
        }
        bytes[block + 600] ^= 1;
        Files.write(archives.get(1), bytes);
        for (String verb : List.of("ls", "export --format raw")) {
            Terminal terminal = new Terminal(directory);
            assertThat(terminal.run(verb + " archives")).isEqualTo(ExitCode.MISMATCH);
            assertThat(terminal.err().lines())
                    .containsExactly(
                            "replay: lost: " + archives.get(1).getFileName() + ", bytes " + block + " to "
                                    + (block + 1536) + ": records 6 to 9, received after 2026-11-21T09:12:05.251Z: "
                                    + "records-00001.ndjson.zst does not match its SHA-256",
                            "replay: damage: 1 stretch could not be read, in 1 segment; 4 records are known to be lost");
        }
    }

    /** What the manifest promises is not there: the list is of what can be read. */
    @Test
    void listsOfAnArchiveThatWasCutShortWhatIsThere() throws IOException {
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, TestJournal.samples(40_000)).close();
        Path archive = TestArchives.write(journal, directory.resolve("archives"), Coding.COLUMNS)
                .get(0);
        byte[] bytes = Files.readAllBytes(archive);
        int length;
        try (ArchiveFile file = ArchiveFile.open(archive)) {
            length = (int) file.blockOffset(file.manifest().blocks().size() - 1) + 600;
        }
        Files.write(archive, Arrays.copyOf(bytes, length));
        Terminal export = new Terminal(directory);
        assertThat(export.run("export --format envelope archives")).isEqualTo(ExitCode.MISMATCH);
        List<String> lines = export.out().lines().toList();
        String last = lines.get(lines.size() - 1).replaceAll(".*\"received_rfc3339\":\"([^\"]*)\".*", "$1");
        assertThat(lines.size()).isBetween(1, 39_999);

        Terminal table = new Terminal(directory);
        assertThat(table.run("ls archives")).isEqualTo(ExitCode.MISMATCH);
        assertThat(table.out())
                .contains("damaged   2026-11-21T09:12:00Z  " + last.replaceAll("\\..*", "Z"))
                .contains("stats " + lines.size() + "\n");
        assertThat(table.err())
                .startsWith("replay: lost: " + archive.getFileName() + ", bytes " + (length - 600) + " to " + length
                        + ": records " + (lines.size() + 1) + " to 40000, received after " + last + ": ")
                .isEqualTo(export.err());
        Terminal json = new Terminal(directory);
        assertThat(json.run("ls --format json archives")).isEqualTo(ExitCode.MISMATCH);
        assertThat(json.out())
                .contains("\"last_received_rfc3339\":\"" + last + "\"")
                .contains("\"records\":{\"stats\":" + lines.size() + "}")
                .containsPattern("\"from_sequence\":" + (lines.size() + 1) + ",\"to_sequence\":40000,")
                .contains("\"from_time_rfc3339\":\"" + last + "\"");
    }

    /** As where somebody copied an archive before it was moved: one of the two is enough. */
    @Test
    void tellsACopyOfAnArchiveFromTheArchive() throws IOException {
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, TestJournal.RECORDS).close();
        Path archive = TestArchives.write(journal, directory.resolve("archives"), Coding.COLUMNS)
                .get(0);
        Path copies = Files.createDirectory(directory.resolve("copies"));
        Path copy = Files.copy(archive, copies.resolve(archive.getFileName()));
        Terminal same = new Terminal(directory);

        assertThat(same.run("ls archives copies")).isEqualTo(ExitCode.OK);

        assertThat(states(same)).containsExactly("archived", "copy", "archived");
        assertThat(same.err())
                .isEqualTo("replay: passed over: " + copy + ": a copy of " + archive + System.lineSeparator());
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length - 1_100] ^= 1;
        Files.write(archive, bytes);
        Terminal damaged = new Terminal(directory);
        assertThat(damaged.run("ls archives copies")).isEqualTo(ExitCode.MISMATCH);
        assertThat(states(damaged)).containsExactlyInAnyOrder("damaged", "archived", "archived");
    }

    private static List<String> states(Terminal terminal) {
        return terminal.out().lines().skip(1).map(line -> line.split(" +")[1]).toList();
    }

    @Test
    void tellsProgramsAllItKnows() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("ls --format json 20261121-0912.cq4")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()
                        .replaceAll("_bytes\":\\d+", "_bytes\":#")
                        .replaceAll("\"journal\":\"[0-9a-f-]{36}\"", "\"journal\":\"UUID\"")
                        .replace(directory.toString(), "DIR"))
                .isEqualTo("""
                        {"segment":"20261121-0912.cq4","path":"DIR/20261121-0912.cq4","state":"rolled",\
                        "first_received":1795252320001000000,"first_received_rfc3339":"2026-11-21T09:12:00.001Z",\
                        "last_received":1795252325251000000,"last_received_rfc3339":"2026-11-21T09:12:05.251Z",\
                        "min_time":1795252320000000000,"min_time_rfc3339":"2026-11-21T09:12:00Z",\
                        "max_time":1795252325250000000,"max_time_rfc3339":"2026-11-21T09:12:05.25Z",\
                        "records":{"event":1,"stats":2,"inspect":1,"mark":1},"used_bytes":#,"file_bytes":#,\
                        "journal":"UUID","host":"host","engine":"","boot":"boot","writer":"test 1","losses":[]}
                        """);
    }

    @Test
    void namesDamageAndGoesOn() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        Path first = directory.resolve("20261121-0912.cq4");
        long used = Catalog.list(List.of(first)).get(0).summary(false).usedBytes();
        Files.write(first, Arrays.copyOf(Files.readAllBytes(first), (int) used - 200));
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("ls .")).isEqualTo(ExitCode.DAMAGE);
        assertThat(rows(terminal).map(line -> line.split(" +")[1])).containsExactly("STATE", "cut", "open");
        assertThat(terminal.err().lines())
                .satisfiesExactly(
                        loss -> assertThat(loss).startsWith("replay: lost: 20261121-0912.cq4, "),
                        sum -> assertThat(sum)
                                .startsWith("replay: damage: 1 stretch could not be read, in 1 segment;"));

        Terminal json = new Terminal(directory);
        assertThat(json.run("ls --format json .")).isEqualTo(ExitCode.DAMAGE);
        assertThat(json.out())
                .contains("\"losses\":[{\"from_offset\":")
                .containsPattern(
                        "\"from_time\":\\d{19},\"from_time_rfc3339\":\"2026-11-21T09:1\\d:[0-9.]+Z\",\"to_time\":");
    }

    /** The head of the second segment restates what was received long before it was written. */
    @Test
    void fromAndUntilAreOfTheSegmentsOwnRecords() throws IOException {
        Record old = TestJournal.RECORDS.get(1);
        List<Record> head = new ArrayList<>(Collections.nCopies(20, old));
        head.add(0, TestJournal.mark("09:11:00Z", new Mark.SegmentStart("", 20)));
        try (Appender appender = TestJournal.open(directory)) {
            appender.append(old);
            appender.setSnapshot(() -> head);
            for (Record record : TestJournal.RECORDS.subList(2, 8)) {
                appender.append(record);
            }
        }
        Path second = directory.resolve("20261121-0913.cq4");
        SegmentSummary whole = summary(second);
        assertThat(whole.firstReceived()).isEqualTo(TestJournal.nanos("09:13:05.001Z"));
        assertThat(whole.lastReceived()).isEqualTo(TestJournal.nanos("09:13:10.001Z"));

        byte[] bytes = Files.readAllBytes(second);
        int ofTheHead = 0;
        for (int length = (int) whole.usedBytes(); length > 0; length -= 64) {
            Files.write(second, Arrays.copyOf(bytes, length));
            SegmentSummary cut = summary(second);
            assertThat(cut.lastReceived()).as("cut at %d", length).isGreaterThanOrEqualTo(cut.firstReceived());
            if (!cut.records().counts().isEmpty() && !cut.records().counts().containsKey(Kind.STATS.code())) {
                assertThat(cut.firstReceived()).as("cut at %d", length).isEqualTo(whole.firstReceived());
                ofTheHead++;
            }
        }
        assertThat(ofTheHead).isPositive();
    }

    private static SegmentSummary summary(Path segment) throws IOException {
        return Catalog.list(List.of(segment)).get(0).summary(true);
    }

    @Test
    void namesTheRecordsOfAMissingSegmentLikeExport() throws IOException {
        writeThreeSegments();
        Files.delete(directory.resolve("20261121-0913.cq4"));
        Terminal ls = new Terminal(directory);
        Terminal export = new Terminal(directory);

        assertThat(ls.run("ls .")).isEqualTo(ExitCode.DAMAGE);
        assertThat(export.run("export .")).isEqualTo(ExitCode.DAMAGE);
        assertThat(ls.err())
                .isEqualTo(export.err())
                .contains(": records 6 to 9, received after 2026-11-21T09:12:05.251Z and before"
                        + " 2026-11-21T09:14:01.001Z: records are missing between 20261121-0912.cq4 and"
                        + " 20261121-0914.cq4: is a segment gone?");
    }

    @Test
    void missesNothingWhenTheOldestSegmentsAreGone() throws IOException {
        writeThreeSegments();
        Files.delete(directory.resolve("20261121-0912.cq4"));
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("ls .")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void namesACopyOnceAndCountsNoLoss() throws IOException {
        writeThreeSegments();
        Files.copy(directory.resolve("20261121-0912.cq4"), directory.resolve("20261121-0930.cq4"));
        Files.move(directory.resolve("20261121-0913.cq4"), directory.resolve("20261121-0931.cq4"));
        Terminal ls = new Terminal(directory);
        Terminal export = new Terminal(directory);

        assertThat(ls.run("ls .")).isEqualTo(ExitCode.OK);
        assertThat(rows(ls).map(line -> line.split(" +")[0]))
                .containsExactly(
                        "SEGMENT", "20261121-0930.cq4", "20261121-0912.cq4", "20261121-0931.cq4", "20261121-0914.cq4");
        assertThat(rows(ls).map(line -> line.split(" +")[1]))
                .containsExactly("STATE", "copy", "rolled", "rolled", "open");
        Terminal json = new Terminal(directory);
        assertThat(json.run("ls --format json .")).isEqualTo(ExitCode.OK);
        assertThat(json.out().lines().filter(line -> line.contains("copy")))
                .singleElement()
                .asString()
                .contains("\"state\":\"copy\",\"copy_of\":\"20261121-0912.cq4\",");
        assertThat(export.run("export --format raw .")).isEqualTo(ExitCode.OK);
        assertThat(export.out()).startsWith(TestJournal.payloads(1, 2, 3, 4, 5, 6, 7, 8, 9));
        assertThat(ls.err())
                .isEqualTo(export.err())
                .isEqualTo(
                        "replay: passed over: 20261121-0930.cq4: a copy of 20261121-0912.cq4" + System.lineSeparator());
    }

    @Test
    void tellsAnOpenSegmentFromOneThatWasLeftUnclosed() throws IOException {
        writeThreeSegments();
        Path second = directory.resolve("20261121-0913.cq4");
        long used = Catalog.list(List.of(second)).get(0).summary(false).usedBytes();
        try (FileChannel file = FileChannel.open(second, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(4), used); // the end mark
        }
        Terminal all = new Terminal(directory);
        Terminal one = new Terminal(directory);

        assertThat(all.run("ls .")).isEqualTo(ExitCode.OK);
        assertThat(rows(all).map(line -> line.split(" +")[1])).containsExactly("STATE", "rolled", "unclosed", "open");
        assertThat(one.run("ls 20261121-0913.cq4")).isEqualTo(ExitCode.OK);
        assertThat(rows(one).map(line -> line.split(" +")[1])).containsExactly("STATE", "unclosed");
    }

    @Test
    void namesFilesThatLookLikeSegmentsAndAreNotRead() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        Files.move(directory.resolve("20261121-0913.cq4"), directory.resolve("evidence-20261121-0913.cq4"));
        Terminal ls = new Terminal(directory);
        Terminal export = new Terminal(directory);

        assertThat(ls.run("ls .")).isEqualTo(ExitCode.OK);
        assertThat(export.run("export --format raw .")).isEqualTo(ExitCode.OK);
        assertThat(ls.err())
                .isEqualTo(export.err())
                .isEqualTo("replay: not read: " + directory + "/./evidence-20261121-0913.cq4: not named like a segment,"
                        + " such as 20261121-11F.cq4" + System.lineSeparator());
        assertThat(export.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5));
    }

    @Test
    void namesFilesInOneLineAndWithoutControlOfTheTerminal() throws IOException {
        TestJournal.write(directory.resolve("a\n\u001b[31mb"), TestJournal.RECORDS)
                .close();
        Files.createFile(directory.resolve("a\n\u001b[31mb").resolve("\u009b2J\r.cq4"));
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("ls a\n\u001b[31mb nowhere\u007f")).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err().lines())
                .containsExactly(
                        "replay: not read: " + directory
                                + "/a\\x0a\\x1b[31mb/\\x9b2J\\x0d.cq4: not named like a segment,"
                                + " such as 20261121-11F.cq4",
                        "replay: " + directory + "/nowhere\\x7f: no such file or directory");
        Files.createDirectory(directory.resolve("other"));
        Files.copy(
                directory.resolve("a\n\u001b[31mb").resolve("20261121-0912.cq4"),
                directory.resolve("other").resolve("20261121-0912.cq4"));
        Terminal table = new Terminal(directory);
        assertThat(table.run("ls a\n\u001b[31mb other")).isEqualTo(ExitCode.OK);
        assertThat(table.out()).contains("/a\\x0a\\x1b[31mb/20261121-0912.cq4").doesNotContain("\u001b");
    }

    @Test
    void tellsOfAnEmptySegmentThatHasAnotherOneAfterIt() throws IOException {
        for (String segment : List.of("20261121-0912.cq4", "20261121-0913.cq4")) {
            writeThreeSegments();
            Path file = directory.resolve(segment);
            long length = Files.size(file);
            Files.write(file, new byte[(int) length]);

            assertThat(toldByLsAndExport("."))
                    .contains("lost: " + segment + ", bytes 0 to " + length, ": the segment is empty");
            Terminal alone = new Terminal(directory);
            assertThat(alone.run("ls " + segment)).isEqualTo(ExitCode.OK);
            assertThat(rows(alone).map(line -> line.split(" +")[1])).containsExactly("STATE", "empty");
            deleteSegments();
        }
    }

    @Test
    void aSegmentThatAKillLeftWithoutARecordIsNoLoss() throws IOException {
        writeThreeSegments();
        byte[] bytes = Files.readAllBytes(directory.resolve("20261121-0912.cq4"));
        long begin = Objects.requireNonNull(Catalog.list(List.of(directory.resolve("20261121-0912.cq4")))
                        .get(0)
                        .start())
                .offset();
        Arrays.fill(bytes, (int) begin, bytes.length, (byte) 0);
        Files.write(directory.resolve("20261121-0911.cq4"), bytes);
        Terminal ls = new Terminal(directory);
        Terminal export = new Terminal(directory);

        assertThat(ls.run("ls .")).isEqualTo(ExitCode.OK);
        assertThat(export.run("export .")).isEqualTo(ExitCode.OK);
        assertThat(ls.err()).isEqualTo(export.err()).isEmpty();
    }

    @Test
    void theNewestSegmentMayBeEmpty() throws IOException {
        writeThreeSegments();
        Files.write(directory.resolve("20261121-0915.cq4"), new byte[100_000]);
        TestJournal.write(directory.resolve("other"), TestJournal.RECORDS.subList(1, 5))
                .close();
        for (String sources : List.of(".", ". other")) {
            Terminal ls = new Terminal(directory);
            Terminal export = new Terminal(directory);
            assertThat(ls.run("ls " + sources)).isEqualTo(ExitCode.OK);
            assertThat(export.run("export " + sources)).isEqualTo(ExitCode.OK);
            assertThat(ls.err()).isEqualTo(export.err()).isEmpty();
        }
    }

    @Test
    void countsNoLossForADamagedCopyBesideItsOriginal() throws IOException {
        for (String copy : List.of("20261121-0930.cq4", "20261121-0900.cq4")) {
            for (String place : List.of("postgres", "/web", "clean-stop")) {
                writeThreeSegments();
                String original = place.equals("clean-stop") ? "20261121-0913.cq4" : "20261121-0912.cq4";
                Files.copy(directory.resolve(original), directory.resolve(copy));
                flip(copy, place);
                Terminal ls = new Terminal(directory);
                Terminal export = new Terminal(directory);

                assertThat(ls.run("ls .")).isEqualTo(export.run("export --format raw ."));
                assertThat(ls.err()).as("%s, damaged at %s", copy, place).isEqualTo(export.err());
                assertThat(export.out()).startsWith(TestJournal.payloads(1, 2, 3, 4, 5, 6, 7, 8, 9));
                assertThat(ls.out()).contains(copy + "  damaged");
                deleteSegments();
            }
        }
    }

    /** Compares with an export, on journals of which files were copied, damaged, cut, emptied and deleted. */
    @Test
    void tellsTheLossesThatAnExportTells() throws IOException {
        int lossy = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            writeThreeSegments();
            for (int times = 1 + random.nextInt(4); times > 0; times--) {
                List<SegmentName> names = Catalog.names(directory);
                Path file = directory.resolve(
                        names.get(random.nextInt(names.size())).text());
                int size = (int) Files.size(file);
                byte[] bytes = Files.readAllBytes(file);
                int used = Math.max(1, (int)
                        Catalog.list(List.of(file)).get(0).summary(false).usedBytes());
                switch (random.nextInt(5)) {
                    case 0 ->
                        Files.copy(
                                file,
                                directory.resolve("20261121-0" + (900 + random.nextInt(40)) + ".cq4"),
                                StandardCopyOption.REPLACE_EXISTING);
                    case 1 -> {
                        for (int flips = 1 + random.nextInt(3); flips > 0 && size > 0; flips--) {
                            bytes[Math.min(size - 1, random.nextInt(used))] ^= (byte) (1 << random.nextInt(8));
                        }
                        Files.write(file, bytes);
                    }
                    case 2 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(used)));
                    case 3 -> Files.write(file, new byte[size]);
                    default -> Files.delete(file);
                }
                if (Catalog.names(directory).isEmpty()) {
                    writeThreeSegments();
                }
            }
            Terminal ls = new Terminal(directory);
            Terminal export = new Terminal(directory);
            assertThat(ls.run("ls ."))
                    .as("seed %d", seed)
                    .isEqualTo(export.run("export --format raw --kind sockets ."));
            assertThat(ls.err())
                    .as("seed %d", seed)
                    .isEqualTo(export.err().replaceAll("replay: nothing is exported: .*\\R", ""));
            lossy += ls.err().contains("lost:") ? 1 : 0;
            deleteSegments();
        }
        assertThat(lossy).as("journals with losses").isBetween(20, 59);
    }

    private void deleteSegments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void namesTheTimesAroundDamageLikeExport() throws IOException {
        writeThreeSegments();
        flip("20261121-0912.cq4", "postgres");

        assertThat(toldByLsAndExport("20261121-0912.cq4"))
                .contains(": record 3, received after 2026-11-21T09:12:00.501Z and before 2026-11-21T09:12:05.001Z: ");
    }

    @Test
    void namesAMissingSegmentBehindOneThatIsDamaged() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        Collections.swap(records, 2, 3);
        records.set(4, TestJournal.stats(TestJournal.WEB, "web", "09:12:05.25Z", 200));
        records.add(TestJournal.stats(TestJournal.WEB, "web", "09:14:01Z", 120));
        TestJournal.write(directory, records).close();
        flipLast("20261121-0912.cq4", "/web");
        Files.delete(directory.resolve("20261121-0913.cq4"));

        assertThat(toldByLsAndExport(".").lines())
                .satisfiesExactly(
                        damage -> assertThat(damage)
                                .contains(": record 3, received")
                                .endsWith("; and 1 record that builds on what is lost, up to the end of the segment"),
                        missing -> assertThat(missing).contains(": records 6 to 9, received", "is a segment gone?"),
                        sum -> assertThat(sum)
                                .isEqualTo("replay: damage: 2 stretches could not be read, in 1 segment; 6 records are"
                                        + " known to be lost"));
    }

    @Test
    void countsTheLastRecordsOfASegmentThatBuildOnOneThatIsDamaged() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS.subList(0, 4));
        records.add(TestJournal.stats(TestJournal.WEB, "web", "09:12:10Z", 120));
        TestJournal.write(directory, records).close();
        flipLast("20261121-0912.cq4", "/web");

        assertThat(toldByLsAndExport(".").lines())
                .satisfiesExactly(
                        damage -> assertThat(damage)
                                .contains(": records 4 to 5, received after 2026-11-21T09:12:01.001Z: "),
                        sum -> assertThat(sum).endsWith("; 2 records are known to be lost"));
    }

    @Test
    void tellsWhatBuildsOnLostRecordsInTheLineOfThese() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS.subList(0, 3));
        for (int second = 10; second < 50; second++) {
            boolean web = second % 2 == 0;
            String id = web ? TestJournal.WEB : TestJournal.DB;
            records.add(TestJournal.stats(id, web ? "first" : "second", "09:12:" + second + "Z", second));
        }
        records.add(TestJournal.mark("09:12:55Z", new Mark.CleanStop("SIGTERM")));
        TestJournal.write(directory, records).close();
        flip("20261121-0912.cq4", "second");
        Terminal terminal = new Terminal(directory);
        terminal.run("export --format raw .");
        long lost = 44 - rows(terminal).count();

        assertThat(toldByLsAndExport(".").lines())
                .satisfiesExactly(
                        damage -> assertThat(damage)
                                .contains(": record 5, received after 2026-11-21T09:12:10.001Z and before")
                                .endsWith("; and " + (lost - 1)
                                        + " records that build on what is lost, up to 2026-11-21T09:12:55.001Z"),
                        sum -> assertThat(sum)
                                .isEqualTo("replay: damage: 1 stretch could not be read, in 1 segment; " + lost
                                        + " records are known to be lost"));
        assertThat(lost).isGreaterThan(2);
    }

    private void flip(String segment, String text) throws IOException {
        flip(segment, content -> content.indexOf(text));
    }

    private void flipLast(String segment, String text) throws IOException {
        flip(segment, content -> content.lastIndexOf(text));
    }

    private void flip(String segment, ToIntFunction<String> place) throws IOException {
        Path file = directory.resolve(segment);
        byte[] bytes = Files.readAllBytes(file);
        bytes[place.applyAsInt(new String(bytes, StandardCharsets.ISO_8859_1))] ^= 1;
        Files.write(file, bytes);
    }

    private String toldByLsAndExport(String source) {
        Terminal ls = new Terminal(directory);
        Terminal export = new Terminal(directory);
        assertThat(ls.run("ls " + source)).isEqualTo(ExitCode.DAMAGE);
        assertThat(export.run("export " + source)).isEqualTo(ExitCode.DAMAGE);
        assertThat(ls.err()).isEqualTo(export.err());
        return ls.err();
    }

    private void writeThreeSegments() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        records.add(TestJournal.stats(TestJournal.WEB, "web", "09:14:01Z", 120));
        TestJournal.write(directory, records).close();
    }

    @Test
    void namesSegmentsByPathWhenThereAreSeveralJournals() throws IOException {
        TestJournal.write(directory.resolve("a"), TestJournal.RECORDS).close();
        TestJournal.write(directory.resolve("b"), List.of()).close();
        TestJournal.write(directory.resolve("c"), TestJournal.RECORDS).close();
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("ls a b c/20261121-0912.cq4")).isEqualTo(ExitCode.OK);
        assertThat(rows(terminal).map(line -> line.split(" +")[0].replace(directory.toString(), "DIR")))
                .containsExactly(
                        "SEGMENT", "DIR/a/20261121-0912.cq4", "DIR/a/20261121-0913.cq4", "DIR/c/20261121-0912.cq4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ls nowhere | nowhere: no such file or directory
                    ls empty   | empty: holds no segment and no archive; is this the recorder's --data-dir?
                    ls note    | note: neither a segment, which is named like 20261121-11F.cq4, nor an archive
                    """)
    void saysInOneLineWhatCannotBeDone(String commandLine, String message) throws IOException {
        Files.createDirectory(directory.resolve("empty"));
        Files.createFile(directory.resolve("note"));
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run(commandLine)).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).isEqualTo("replay: " + directory + "/" + message + System.lineSeparator());
    }

    /** The lines of a table, without what is said of the recorder below it. */
    private static Stream<String> rows(Terminal terminal) {
        return terminal.out().lines().filter(line -> !line.contains(" recorder "));
    }

    @Test
    void saysWhetherTheRecorderIsRunningWasStoppedOrWasKilled() throws IOException {
        Path journal = directory.resolve("journal");
        try (Appender appender = TestJournal.write(journal, TestJournal.RECORDS.subList(0, 8))) {
            appender.sync();
            assertThat(recorder("running")).isEqualTo("The recorder is running; the last record is 46 min old.");
        }
        assertThat(recorder("killed"))
                .isEqualTo("The recorder was killed, or this was copied while it ran; the last record is 46 min old.");
        TestJournal.write(journal, TestJournal.RECORDS.subList(8, 9)).close();
        String stopped = "The recorder was stopped; the last record is 46 min old.";
        assertThat(recorder("stopped")).isEqualTo(stopped);
        Files.delete(journal.resolve(JournalLock.FILE)); // as in a copy of the segments alone
        assertThat(recorder("stopped")).isEqualTo(stopped);
        Files.createSymbolicLink(journal.resolve(JournalLock.FILE), Path.of(JournalLock.FILE)); // none may be asked for
        assertThat(recorder("stopped")).isEqualTo(stopped);
        TestJournal.write(directory.resolve("other"), TestJournal.RECORDS.subList(0, 8))
                .close();
        Files.copy(
                directory.resolve("other/20261121-0912.cq4"),
                journal.resolve("20261121-0912.cq4"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.delete(journal.resolve("20261121-0913.cq4"));
        assertThat(recorder("unknown"))
                .matches("Whether the recorder is running is not known \\(.*recorder.lock: .+\\); the last record is"
                        + " 47 min old\\.");
    }

    @Test
    void saysOfAJournalWithoutARecordThatItHoldsNone() throws IOException {
        Path journal = directory.resolve("journal");
        Appender appender = TestJournal.open(journal);
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("ls journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).endsWith("The recorder is running; nothing is recorded.\n");
        appender.close();
        Terminal closed = new Terminal(directory);
        assertThat(closed.run("ls journal")).isEqualTo(ExitCode.OK);
        assertThat(closed.out()).endsWith("No recorder is running; nothing is recorded.\n");
    }

    /** What is said of the recorder, in both forms. */
    private String recorder(String label) {
        Terminal json = new Terminal(directory);
        assertThat(json.run("ls --format json journal")).isEqualTo(ExitCode.OK);
        assertThat(json.out()
                        .lines()
                        .filter(line -> line.contains("\"recorder\":\"" + label + "\",\"last_record_age_")))
                .hasSize(1);
        Terminal table = new Terminal(directory);
        assertThat(table.run("ls journal")).isEqualTo(ExitCode.OK);
        return table.out().lines().reduce((before, last) -> last).orElseThrow();
    }

    private static String withoutSizes(Terminal terminal) {
        return terminal.out().replaceAll("\\d\\d\\.\\d kB", "##.# kB");
    }
}
