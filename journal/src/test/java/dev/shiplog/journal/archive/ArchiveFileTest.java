package dev.shiplog.journal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.journal.archive.Archives.Entry;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Record;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchiveFileTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Coding.class)
    void whatIsReadIsWhatWasWritten(Coding coding) throws Exception {
        for (long seed = 0; seed < Integer.getInteger("shiplog.archives", 4); seed++) {
            List<Entry> entries = Archives.random(seed, 500);
            Path file = Archives.write(directory, coding, entries);
            Archives.assertSame(Archives.read(file), entries, "seed " + seed);
            Manifest manifest = check(file);
            assertThat(manifest.records()).isEqualTo(500);
            assertThat(Manifest.read(manifest.toJson())).as("seed %d", seed).isEqualTo(manifest);
            Files.delete(file);
        }
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void recordsTakeAsManyBlocksAsTheyNeed(Coding coding) throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : Archives.few(40)) {
            Record record = entry.record();
            byte[] payload = new byte[1 << 20];
            Arrays.fill(payload, (byte) ('0' + record.sequence() % 10));
            entries.add(new Entry(
                    new Record(
                            record.sequence(),
                            record.kind(),
                            record.subject(),
                            record.time(),
                            record.received(),
                            record.monotonic(),
                            payload),
                    entry.kindCode(),
                    false));
        }
        Path file = Archives.write(directory, coding, entries);
        Archives.assertSame(Archives.read(file), entries, "large records");
        Manifest manifest = check(file);
        assertThat(manifest.blocks()).hasSizeGreaterThan(2);
        assertThat(manifest.blocks().stream().mapToLong(Manifest.Block::bytes).sum())
                .isEqualTo(40L << 20);
    }

    private static Manifest check(Path file) throws IOException {
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            assertThat(archive.check()).isEmpty();
            assertThat(archive.isProven()).isTrue();
            return archive.manifest();
        }
    }

    @Test
    void theManifestSaysWhatIsInIt() throws Exception {
        Path file = Archives.write(directory, Coding.PORTABLE, Archives.few(5));
        assertThat(file.getFileName()).hasToString("vm-20261121T091204Z-0c9f3a2b-1.tar");
        Manifest manifest = check(file);
        assertThat(new String(manifest.toJson(), StandardCharsets.UTF_8)
                        .replaceAll("\"length\":\\d+,\"sha256\":\"[0-9a-f]{64}\"", "CONTENT"))
                .isEqualTo("""
                        {"format":"shiplog-archive","version":1,"coding":"portable",\
                        "journal":"0c9f3a2b-1111-4222-8333-444455556666",\
                        "start":{"offset":132,"created":1795252323000000000,"base":1,"salt":-7,\
                        "clock":1795252323000000000},"selection":null,"complete":true,\
                        "segment":"20261121-09F.cq4","writer":"shiplog 0.1.0","host":"vm",\
                        "engine":{"id":"ENGINE","version":"28.5.1"},"number":0,"previous":null,\
                        "sequences":{"first":1,"last":5},\
                        "received":{"first":1795252324000000000,"first_rfc3339":"2026-11-21T09:12:04Z",\
                        "last":1795252328000000000,"last_rfc3339":"2026-11-21T09:12:08Z"},\
                        "times":{"min":1795252323999999995,"min_rfc3339":"2026-11-21T09:12:03.999999995Z",\
                        "max":1795252327999999995,"max_rfc3339":"2026-11-21T09:12:07.999999995Z"},\
                        "clean_stop":true,\
                        "kinds":{"stats":{"code":2,"records":4,"restated":0,"bytes":124},\
                        "mark":{"code":8,"records":1,"restated":0,"bytes":40}},\
                        "headers":[{"sequence":1,"host":"vm","engine":"ENGINE","boot":"boot-1",\
                        "writer":"shiplog 0.1.0","created":1795252323000000000},\
                        {"sequence":3,"host":"vm","engine":"ENGINE","boot":"boot-2",\
                        "writer":"shiplog 0.1.0","created":1795252323000000000}],\
                        "gaps":[{"type":"certain","kind":"","subject":"","count":0,"from":1795252323000000000,\
                        "from_rfc3339":"2026-11-21T09:12:03Z","to":null,"reason":"the engine was down"}],\
                        "losses":[],"containers":[{"id":"c0ffee","name":"web","image":"nginx:1","records":3}],\
                        "readme":{CONTENT},"members":[{"name":"records-00001.ndjson.zst",CONTENT,"records":5,\
                        "sequences":{"first":1,"last":5},\
                        "received":{"min":1795252324000000000,"min_rfc3339":"2026-11-21T09:12:04Z",\
                        "max":1795252328000000000,"max_rfc3339":"2026-11-21T09:12:08Z"},\
                        "times":{"min":1795252323999999995,"min_rfc3339":"2026-11-21T09:12:03.999999995Z",\
                        "max":1795252327999999995,"max_rfc3339":"2026-11-21T09:12:07.999999995Z"},"bytes":164,"context":2}]}""");
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void theSameRecordsMakeTheSameFile(Coding coding) throws Exception {
        List<Entry> entries = Archives.random(7, 100);
        Path file = Archives.write(directory, coding, entries);
        byte[] first = Files.readAllBytes(file);
        Files.delete(file);
        assertThat(Archives.write(directory, coding, entries)).isEqualTo(file).hasBinaryContent(first);
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void anArchiveOfNoRecordIsOne(Coding coding) throws Exception {
        Path file = Archives.write(directory, coding, List.of());
        Manifest manifest = check(file);
        assertThat(manifest.blocks()).isEmpty();
        assertThat(manifest.received()).isEqualTo(Manifest.Span.NONE);
        assertThat(Archives.read(file)).isEmpty();
    }

    @Test
    void nothingButTheArchiveIsLeft() throws Exception {
        Path file = Archives.write(directory, Coding.PORTABLE, Archives.few(5));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (ArchiveWriter given = ArchiveWriter.begin(directory, Coding.PORTABLE, Archives.JOURNAL, "vm")) {
            given.add(Archives.few(1).get(0).view(), null, false);
            Manifest manifest = given.finish(Archives.description(1), Manifest.Link.NONE);
            assertThatThrownBy(() -> given.write(manifest, file, Access.OWNER, null))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void otherProgramsReadIt() throws Exception {
        Path file = Archives.write(directory, Coding.PORTABLE, Archives.few(5));
        assertThat(run("tar", "tf", file.toString())).isEqualTo("""
                manifest.json
                README.txt
                records-00001.ndjson.zst
                manifest.sha256
                """);
        run("tar", "xf", file.toString());
        assertThat(run("sha256sum", "-c", "manifest.sha256")).isEqualTo("manifest.json: OK\n");
        assertThat(run("zstd", "-dcq", "records-00001.ndjson.zst").lines().limit(1))
                .containsExactly("{\"sequence\":1,\"kind\":\"stats\",\"host\":\"vm\",\"journal\":\"" + Archives.JOURNAL
                        + "\",\"subject\":\"c0ffee\",\"time\":1795252323999999995,"
                        + "\"time_rfc3339\":\"2026-11-21T09:12:03.999999995Z\",\"received\":1795252324000000000,"
                        + "\"received_rfc3339\":\"2026-11-21T09:12:04Z\",\"monotonic\":1,"
                        + "\"payload\":{\"read\":1,\"cpu\":{\"total\":1000}}}");
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            List<String> names = new ArrayList<>();
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                names.add(entry.getName() + " " + Integer.toOctalString(entry.getMode()));
            }
            assertThat(names).startsWith("manifest.json 644").hasSize(4);
        }
    }

    /** What a program of this machine prints; the test is skipped only where that program is missing. */
    private String run(String... command) throws Exception {
        assumeTrue(Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, command[0]))));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    /** Whatever one bit becomes: no record is another one, and a check names the place, unless the bit is in the head. */
    @ParameterizedTest
    @EnumSource(Coding.class)
    void aFlippedBitIsFoundAndMakesNoWrongRecord(Coding coding) throws Exception {
        List<Entry> entries = Archives.few(5);
        Path file = Archives.write(directory, coding, entries);
        byte[] bytes = Files.readAllBytes(file);
        int step = Boolean.getBoolean("shiplog.everyBit") ? 1 : 37;
        for (int bit = 0; bit < bytes.length * 8; bit += step) {
            set(file, bit >> 3, bytes[bit >> 3] ^ 1 << (bit & 7));
            judge(file, entries, "bit " + bit);
            set(file, bit >> 3, bytes[bit >> 3]);
        }
    }

    private static void set(Path file, long at, int value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
        }
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void aCutIsFoundAndMakesNoWrongRecord(Coding coding) throws Exception {
        List<Entry> entries = Archives.few(5);
        Path file = Archives.write(directory, coding, entries);
        byte[] bytes = Files.readAllBytes(file);
        int step = Boolean.getBoolean("shiplog.everyBit") ? 1 : 13;
        for (int length = bytes.length - 1; length >= 0; length -= step) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            judge(file, entries, "length " + length);
        }
    }

    private static void judge(Path file, List<Entry> entries, String as) throws Exception {
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            assertThat(archive.check()).as(as).isNotEmpty();
            Archives.assertSame(Archives.read(file), entries, as);
        } catch (MismatchException e) {
            assertThat(e).as(as).hasMessageNotContaining("\n");
        } catch (IOException e) {
            assertThat(e).as(as).hasMessageContaining("this program");
        }
    }

    @Test
    void aCheckNamesWhatIsWrong() throws Exception {
        Path file = Archives.write(directory, Coding.PORTABLE, Archives.few(5));
        byte[] bytes = Files.readAllBytes(file);
        int block;
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            block = (int) archive.blockOffset(0) + 512;
        }
        assertThat(findings(file, flipped(bytes, block + 20)))
                .containsExactly("records-00001.ndjson.zst 1-5: it does not match its SHA-256");
        assertThat(findings(file, flipped(bytes, block - 400)))
                .containsExactly("records-00001.ndjson.zst: its tar header is not what it must be");
        assertThat(findings(file, flipped(bytes, bytes.length - 1)))
                .containsExactly("manifest.sha256: something else follows it");
        assertThat(findings(file, flipped(bytes, bytes.length - 1024 - 1)))
                .containsExactly("manifest.sha256: there is something in its padding");
        assertThat(findings(file, Arrays.copyOf(bytes, bytes.length + 512)))
                .containsExactly("manifest.sha256: the file goes on after its end");
        assertThat(findings(file, Arrays.copyOf(bytes, bytes.length - 512)))
                .containsExactly("manifest.sha256: the file ends too soon");
        assertThat(findings(file, Arrays.copyOf(bytes, block + 20)))
                .containsExactly(
                        "records-00001.ndjson.zst 1-5: the file ends too soon",
                        "manifest.sha256: the file ends too soon");
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= 1;
        return damaged;
    }

    private static List<String> findings(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            return archive.check().stream()
                    .map(finding -> finding.member()
                            + (finding.block() == null
                                    ? ""
                                    : " " + finding.block().sequences().first() + "-"
                                            + finding.block().sequences().last())
                            + ": " + finding.reason())
                    .collect(Collectors.toList());
        }
    }
}
