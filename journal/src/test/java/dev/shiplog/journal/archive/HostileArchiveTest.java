package dev.shiplog.journal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdCompressCtx;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.bytes.UndecodableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Archives made to harm whoever reads them: they cost neither memory nor time, and nothing is ever written. */
class HostileArchiveTest {
    @TempDir
    Path directory;

    /** The members of a good archive, by their place in it. */
    private record Member(String name, byte[] content) {}

    private List<Member> members(Path archive) throws IOException {
        List<Member> members = new ArrayList<>();
        byte[] bytes = Files.readAllBytes(archive);
        for (int at = 0; bytes[at] != 0; ) {
            TarArchiveEntry entry = new TarArchiveEntry(Arrays.copyOfRange(bytes, at, at + 512));
            int length = (int) entry.getSize();
            members.add(new Member(entry.getName(), Arrays.copyOfRange(bytes, at + 512, at + 512 + length)));
            at += (int) TarLayout.room(length);
        }
        return members;
    }

    private Path tar(List<Member> members) throws IOException {
        Path file = directory.resolve("hostile.tar");
        try (OutputStream out = Files.newOutputStream(file);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Member member : members) {
                TarArchiveEntry entry = new TarArchiveEntry(member.name(), true);
                entry.setSize(member.content().length);
                tar.putArchiveEntry(entry);
                tar.write(member.content());
                tar.closeArchiveEntry();
            }
        }
        return file;
    }

    private Path good() throws IOException {
        return Archives.write(directory, Coding.PORTABLE, Archives.few(5));
    }

    /** Whatever members are called, they are found by their places; and a check says that they have other names. */
    @Test
    void namesAreNeverFollowed() throws Exception {
        List<Member> members = members(good());
        for (String name : List.of("../../etc/passwd", "/etc/passwd", "x".repeat(99), "manifest.json")) {
            List<Member> renamed = new ArrayList<>(members);
            renamed.set(2, new Member(name, members.get(2).content()));
            Path file = tar(renamed);
            Archives.assertSame(Archives.read(file), Archives.few(5), name);
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                assertThat(archive.check())
                        .extracting(finding -> finding.member() + ": " + finding.reason())
                        .contains("records-00001.ndjson.zst: its tar header is not what it must be");
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aLinkIsNoMember() throws Exception {
        byte[] bytes = Files.readAllBytes(good());
        TarArchiveEntry link = new TarArchiveEntry("manifest.json", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc/shadow");
        byte[] header = new byte[512];
        link.writeEntryHeader(header);
        System.arraycopy(header, 0, bytes, 0, 512);
        Path file = Files.write(directory.resolve("link.tar"), bytes);
        assertThatThrownBy(() -> ArchiveFile.open(file)).isInstanceOf(MismatchException.class);
    }

    @Test
    void aMemberMoreOrTwiceOrMissingIsNoticed() throws Exception {
        List<Member> members = members(good());
        for (int at = 1; at < members.size(); at++) {
            List<Member> twice = new ArrayList<>(members);
            twice.add(at, members.get(at));
            judge(tar(twice), "twice " + at);
            List<Member> less = new ArrayList<>(members);
            less.remove(at);
            judge(tar(less), "without " + at);
            List<Member> more = new ArrayList<>(members);
            more.add(at, new Member("x".repeat(300), new byte[100]));
            judge(tar(more), "with another before " + at);
        }
    }

    @Test
    void membersOfAnotherArchiveAreNoticed() throws Exception {
        List<Member> members = members(good());
        Path others = Files.createDirectory(directory.resolve("other"));
        List<Archives.Entry> other = new ArrayList<>(Archives.few(6)).subList(1, 6);
        List<Member> of = members(Archives.write(others, Coding.PORTABLE, other));
        for (int at = 0; at < members.size(); at++) {
            List<Member> exchanged = new ArrayList<>(members);
            exchanged.set(at, of.get(at));
            if (at != 1) {
                judge(tar(exchanged), "exchanged " + at);
            }
        }
    }

    /** Nothing but records of the archive are handed out, and it is not called good. */
    private static void judge(Path file, String as) throws Exception {
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            assertThat(archive.check()).as(as).isNotEmpty();
            Archives.assertSame(Archives.read(file), Archives.few(5), as);
        } catch (MismatchException e) {
            assertThat(e).as(as).hasMessageNotContaining("\n");
        }
    }

    @Test
    @Timeout(20)
    void aLengthIsNotBelieved() throws Exception {
        for (long length : new long[] {1L << 30, (1L << 33) - 1, Manifest.MAX_LENGTH, 1 << 20}) {
            Path file = directory.resolve("long.tar");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(TarLayout.header("manifest.json", length, 0)));
                channel.write(ByteBuffer.wrap(new byte[1]), Math.min(length, 1 << 30) + 600); // mostly a hole
            }
            assertThatThrownBy(() -> ArchiveFile.open(file))
                    .as("%d", length)
                    .isInstanceOf(MismatchException.class)
                    .hasMessageMatching("not an archive: .*|the file ends within .*|the manifest is not .*");
        }
    }

    @Test
    @Timeout(20)
    void aBombIsNotUnpacked() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            byte[] zeros = new byte[PortableWriter.MAX_LINES + 1];
            bomb.write(context.compress(zeros));
        }
        assertThat(bomb.size()).isLessThan(100_000);
        assertThatThrownBy(() -> Coding.PORTABLE.reader(bomb.toByteArray(), Long.MAX_VALUE))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("not a frame of zstd of at most");
    }

    /** The manifest bounds what is made of a block, before it is made. */
    @ParameterizedTest
    @EnumSource(Coding.class)
    void payloadsLongerThanTheManifestSaysAreAMismatch(Coding coding) throws Exception {
        Path good = Archives.write(directory, coding, Archives.few(5));
        List<Member> members = members(good);
        String manifest = new String(members.get(0).content(), StandardCharsets.UTF_8);
        int at = manifest.indexOf("\"bytes\":", manifest.indexOf("\"members\":"));
        for (String bytes : List.of("100", "0", "268435457", "72057594037927936")) {
            String other = manifest.substring(0, at) + manifest.substring(at).replaceFirst("\\d+", bytes);
            byte[] json = other.getBytes(StandardCharsets.UTF_8);
            members.set(0, new Member(Manifest.NAME, json));
            members.set(3, new Member(ArchiveFile.DIGEST, ArchiveFile.digestLine(Manifest.digest(json))));
            List<String> found = new ArrayList<>();
            try (Cursor cursor = Cursor.open(List.of(tar(members)))) {
                for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                    found.add(step == Cursor.Step.LOSS ? cursor.loss().reason() : step.name());
                }
            }
            String expected = switch (bytes) {
                case "100" -> "RECORD, RECORD, RECORD, ";
                case "0" -> "";
                default -> null;
            };
            if (expected == null) {
                assertThat(found).containsExactly("the manifest has payloads that are longer than they may be");
            } else {
                assertThat(String.join(", ", found))
                        .startsWith(expected + members.get(2).name())
                        .contains(": its payloads are longer than they may be");
            }
        }
    }

    /** Whatever a manifest says, reading it ends with a manifest that agrees with itself, or with one clear line. */
    @Test
    void aManifestThatMakesNoSenseIsNamedInOneLine() throws Exception {
        String good = new String(manifest(), StandardCharsets.UTF_8);
        assertThat(Manifest.read(manifest()).toJson()).isEqualTo(manifest());
        String[] values = {
            "null",
            "-1",
            "1e9",
            "9223372036854775807",
            "99999999999999999999",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[{}]",
            "true"
        };
        Random random = new Random(3);
        int read = 0;
        for (int i = 0; i < 4000; i++) {
            String[] parts = good.split("(?<=:)(?=[^{\\[])", -1);
            int at = 1 + random.nextInt(parts.length - 1);
            parts[at] = parts[at].replaceFirst("^(\"[^\"]*\"|[-0-9a-z]+)", values[random.nextInt(values.length)]);
            String changed = String.join("", parts);
            try {
                Manifest manifest = Manifest.read(changed.getBytes(StandardCharsets.UTF_8));
                read++;
                assertThat(manifest.blocks()).hasSize(1);
            } catch (IOException e) {
                assertThat(e.getMessage()).as(changed).matches("[\\x20-\\x7e…]{10,120}");
            }
        }
        assertThat(read).isPositive();
        for (String other : List.of("", "{}", "[]", "{\"format\":\"shiplog-archive\"}", good + "x", good + good)) {
            assertThatThrownBy(() -> Manifest.read(other.getBytes(StandardCharsets.UTF_8)))
                    .as(other)
                    .isInstanceOf(MismatchException.class);
        }
        assertThatThrownBy(() -> Manifest.read(
                        good.replace("\"version\":1,", "\"version\":2,").getBytes(StandardCharsets.UTF_8)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("archive format version 2, this program reads up to 1");
    }

    /** Sequences, numbers and counts that overflow when they are added are refused, each of them; times may be any. */
    @Test
    void aNumberThatCannotBeIsRefused() throws Exception {
        String good = new String(manifest(), StandardCharsets.UTF_8)
                .replace("\"complete\":true", "\"complete\":false")
                .replace(
                        "\"losses\":[]",
                        "\"losses\":[{\"from_offset\":1,\"to_offset\":2,\"from_sequence\":3,\"to_sequence\":4,"
                                + "\"received_after\":0,\"received_before\":0,\"cause\":\"damaged\",\"reason\":\"\"}]");
        Set<String> times = Set.of("created", "clock", "salt", "from", "to", "min", "max");
        Matcher number = Pattern.compile("\"(\\w+)\":-?\\d+").matcher(good);
        Set<String> refused = new TreeSet<>();
        while (number.find()) {
            String name = number.group(1);
            boolean isTime = times.contains(name)
                    || name.startsWith("received_")
                    || good.substring(0, number.start()).matches("(?s).*\"received\":\\{[^}]*");
            for (long value :
                    new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 62, (1L << 56) + 1}) {
                String changed =
                        good.substring(0, number.start()) + "\"" + name + "\":" + value + good.substring(number.end());
                try {
                    Manifest.read(changed.getBytes(StandardCharsets.UTF_8));
                    assertThat(isTime).as("%s %d", name, value).isTrue();
                } catch (MismatchException e) {
                    assertThat(isTime)
                            .as("%s %d: %s", name, value, e.getMessage())
                            .isFalse();
                    assertThat(e.getMessage()).as("%s %d", name, value).matches("[\\x20-\\x7e]{10,120}");
                    refused.add(name);
                } catch (IOException e) {
                    assertThat(name).isEqualTo("version");
                }
            }
        }
        assertThat(refused)
                .contains(
                        "version", "number", "offset", "base", "first", "last", "code", "records", "restated", "bytes")
                .contains("sequence", "count", "from_offset", "to_offset", "from_sequence", "to_sequence", "length");
    }

    @Test
    void saysWhatIsWrongWithAManifestThatCannotBeRead() throws Exception {
        String good = new String(manifest(), StandardCharsets.UTF_8);
        assertRefused(good.replace("\"version\":1,", "\"version\":-1,"), "has version -1, and there is none below 1");
        assertRefused(good.replace("\"version\":1,", "\"version\":0,"), "has version 0, and there is none below 1");
        assertRefused(good.replace("\"version\":1,", ""), "lacks \"version\"");
        assertRefused(good.replace("\"number\":0", "\"number\":1e3"), "has a value of another type than it must have");
        assertRefused(
                good.replace("\"number\":0", "\"number\":99999999999999999999"),
                "has a number, a text or a nesting that is too large: byte \\d+ of it");
        assertRefused(good.replace("\"coding\":", "\"coding\";"), "is not valid JSON: byte \\d+ of it");
        assertRefused(good.substring(0, good.length() - 9), "is not valid JSON: byte \\d+ of it");
    }

    private static void assertRefused(String manifest, String why) {
        assertThatThrownBy(() -> Manifest.read(manifest.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MismatchException.class)
                .hasMessageMatching("the manifest " + why);
    }

    @Test
    void whatANewerVersionAddsToAManifestIsPassedOver() throws Exception {
        String good = new String(manifest(), StandardCharsets.UTF_8);
        String newer = good.replace("\"coding\":", "\"new\":[{\"a\":[1,{}]}],\"coding\":")
                .replace("\"records\":5,", "\"records\":5,\"new\":{\"a\":{\"b\":{\"c\":[]}}},");
        assertThat(Manifest.read(newer.getBytes(StandardCharsets.UTF_8)).toJson())
                .isEqualTo(manifest());
    }

    private byte[] manifest() throws IOException {
        Path file = good();
        byte[] manifest = members(file).get(0).content();
        Files.delete(file);
        return manifest;
    }
}
