package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.command.TarFile.Member;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Harms an archive in every way there is: {@code verify} says so, {@code export} hands out nothing that is not in the
 * journal and says what it left out, and nothing is written anywhere. {@code -Dshiplog.harms=N} changes how many bits and
 * cuts are tried, 0 for each of them; {@code -Dshiplog.seed=N} repeats the choices of a run.
 */
@Timeout(3600)
class ArchiveDamageTest {
    private static final int HARMS = Integer.getInteger("shiplog.harms", 60);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    /** Of one harmed archive of a few KB: time of the CPU, and bytes that are allocated, however soon they are freed. */
    private static final Duration MOST_CPU = Duration.ofSeconds(10);

    private static final long MOST_BYTES = 1L << 30;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Pattern SEQUENCE = Pattern.compile("\\{\"sequence\":(\\d+),.*");
    private static final long TERABYTE = 1L << 40;

    @TempDir
    private static Path directory;

    /** What the journal holds, as exported, by sequence. */
    private static final Map<Long, String> oracle = new HashMap<>();

    private static final Map<Coding, List<Path>> archives = new HashMap<>();

    private final Random random = new Random(SEED);

    @BeforeAll
    static void write() throws Exception {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String time = String.format("09:%02d:%02dZ", i / 6, 10 * (i % 6));
            records.add(
                    i % 3 == 2
                            ? TestJournal.record(
                                    dev.shiplog.journal.record.Kind.EVENT,
                                    TestJournal.DB,
                                    time,
                                    TestJournal.event("start", time))
                            : TestJournal.stats(TestJournal.WEB, "web", time, 1000L * i));
        }
        TestJournal.write(directory.resolve("journal"), records).close();
        Export whole = export("journal");
        assertThat(whole.code).as(whole.said).isZero();
        whole.lines.forEach(line -> oracle.put(sequence(line), line));
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(
                directory.resolve("public.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        for (Coding coding : Coding.values()) {
            Path target = directory.resolve(coding.label());
            archives.put(coding, TestArchives.write(directory.resolve("journal"), target, coding, pair.getPrivate()));
        }
        Files.createDirectory(directory.resolve("harmed"));
    }

    @ParameterizedTest
    @EnumSource
    void anArchiveHoldsWhatItsSegmentHolds(Coding coding) {
        assertThat(export(coding.label()).lines).containsExactlyElementsOf(export("journal").lines);
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("verify --key public.pem " + coding.label()))
                .as(terminal.out())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void everyFlippedBitShows(Coding coding) throws IOException {
        byte[] intact = Files.readAllBytes(archives.get(coding).get(0));
        long bits = 8L * intact.length;
        Tally tally = new Tally();
        for (long i = 0; i < (HARMS == 0 ? bits : HARMS); i++) {
            long bit = HARMS == 0 ? i : random.nextLong(bits);
            byte[] bytes = intact.clone();
            bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
            tally.add(judge(coding, bytes, "bit " + bit % 8 + " of byte " + bit / 8));
        }
        tally.report(coding + ": flipped bits", intact.length);
    }

    @ParameterizedTest
    @EnumSource
    void everyCutShows(Coding coding) throws IOException {
        byte[] intact = Files.readAllBytes(archives.get(coding).get(0));
        Tally tally = new Tally();
        for (int i = 0; i < (HARMS == 0 ? intact.length : HARMS); i++) {
            int length = HARMS == 0 ? i : random.nextInt(intact.length);
            tally.add(judge(coding, Arrays.copyOf(intact, length), "cut to " + length));
        }
        tally.report(coding + ": cuts", intact.length);
    }

    @ParameterizedTest
    @EnumSource
    void membersThatAreSwappedRepeatedLeftOutOrReorderedShow(Coding coding) throws IOException {
        TarFile intact = TarFile.read(Files.readAllBytes(archives.get(coding).get(0)));
        TarFile other = TarFile.read(Files.readAllBytes(archives.get(coding).get(1)));
        List<Member> members = intact.members;
        for (int i = 0; i < members.size(); i++) {
            String name = members.get(i).name();
            if (!Arrays.equals(members.get(i).content(), other.members.get(i).content())) {
                List<Member> swapped = new ArrayList<>(members);
                swapped.set(i, other.members.get(i));
                judge(coding, new TarFile(swapped).bytes(), name + " of another archive");
            }
            List<Member> twice = new ArrayList<>(members);
            twice.add(i, members.get(i));
            judge(coding, new TarFile(twice).bytes(), name + " twice");
            List<Member> without = new ArrayList<>(members);
            without.remove(i);
            judge(coding, new TarFile(without).bytes(), "without " + name, name.equals("manifest.sig"));
            if (i > 0) {
                List<Member> reordered = new ArrayList<>(members);
                reordered.set(i, members.get(i - 1));
                reordered.set(i - 1, members.get(i));
                judge(coding, new TarFile(reordered).bytes(), name + " before its predecessor");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "COLUMNS")
    void membersThatWouldBeWrittenElsewhereShowAndAreNotWritten(Coding coding) throws IOException {
        TarFile intact = TarFile.read(Files.readAllBytes(archives.get(coding).get(0)));
        List<Member> members = intact.members;
        List<String> names =
                List.of("../evil", "/tmp/shiplog-evil", "..", "./manifest.json", "manifest.json", "a/../../evil", "");
        for (int i = 0; i <= members.size(); i++) {
            Member at = members.get(Math.min(i, members.size() - 1));
            for (String name : names) {
                List<Member> added = new ArrayList<>(members);
                added.add(i, at.with(name, '0', "", at.content().length));
                judge(coding, new TarFile(added).bytes(), "'" + name + "' before member " + i);
                if (i < members.size() && !at.name().equals(name)) {
                    List<Member> renamed = new ArrayList<>(members);
                    renamed.set(i, at.with(name, '0', "", at.content().length));
                    judge(coding, new TarFile(renamed).bytes(), at.name() + " as '" + name + "'");
                }
            }
            // Links, devices, directories, pipes, and what pax and GNU tar put before a member.
            for (char type : "123456gxLKSV".toCharArray()) {
                List<Member> added = new ArrayList<>(members);
                added.add(i, at.with("../evil", type, "/etc/passwd", at.content().length));
                judge(coding, new TarFile(added).bytes(), "type " + type + " before member " + i);
                if (i < members.size()) {
                    List<Member> changed = new ArrayList<>(members);
                    changed.set(i, at.with(at.name(), type, "/etc/passwd", at.content().length));
                    judge(coding, new TarFile(changed).bytes(), at.name() + " of type " + type);
                }
            }
        }
        assertThat(Path.of("/tmp/shiplog-evil")).doesNotExist();
        assertThat(directory.resolve("evil")).doesNotExist();
        assertThat(directory.resolveSibling("evil")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(names = "COLUMNS")
    void lengthsThatCannotBeShow(Coding coding) throws IOException {
        TarFile intact = TarFile.read(Files.readAllBytes(archives.get(coding).get(0)));
        for (int i = 0; i < intact.members.size(); i++) {
            Member member = intact.members.get(i);
            for (long size : new long[] {0, 1, 1L << 30, (1L << 33) - 1, member.content().length + 1L}) {
                List<Member> changed = new ArrayList<>(intact.members);
                changed.set(i, member.with(member.name(), '0', "", size));
                judge(coding, new TarFile(changed).bytes(), member.name() + " with a length of " + size);
            }
        }
    }

    /** Whoever can sum anew can also claim anything: no claim may cost more than a little time and memory. */
    @ParameterizedTest
    @EnumSource
    void claimsThatMatchTheirSumsCostLittle(Coding coding) throws IOException {
        TarFile intact = TarFile.read(Files.readAllBytes(archives.get(coding).get(0)));
        String json = new String(intact.members.get(0).content(), StandardCharsets.UTF_8);
        for (String name :
                List.of("length", "records", "bytes", "number", "count", "first", "last", "restated", "offset")) {
            Matcher matcher = Pattern.compile("\"" + name + "\":\\d+").matcher(json);
            for (long value : new long[] {0, Integer.MAX_VALUE, TERABYTE, Long.MAX_VALUE}) {
                String claim = matcher.replaceAll("\"" + name + "\":" + value);
                if (!claim.equals(json)) {
                    run(coding, summed(intact, claim).bytes(), name + " " + value);
                }
            }
        }
        Member block = intact.members.get(2);
        byte[] bomb = bomb();
        String claim = json.replace(Manifest.digest(block.content()), Manifest.digest(bomb))
                .replace("\"length\":" + block.content().length, "\"length\":" + bomb.length);
        List<Member> members = new ArrayList<>(summed(intact, claim).members);
        members.set(2, block.with(bomb));
        Verdict verdict = run(coding, new TarFile(members).bytes(), "a block that unpacks to a terabyte");
        assertThat(verdict.verified).as(verdict.said).isIn(4, 5);
        assertThat(verdict.exported).isZero();
    }

    /** A frame of zstd that unpacks to a terabyte of zeros: blocks that each say "128 KiB of this byte". */
    private static byte[] bomb() {
        int blocks = (int) (TERABYTE >> 17);
        byte[] frame = new byte[14 + 4 * blocks];
        byte[] head = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xC0, 0x38, 0, 0, 0, 0, 0, 1, 0, 0};
        System.arraycopy(head, 0, frame, 0, head.length);
        for (int i = 0; i < blocks; i++) {
            int word = 1 << 17 << 3 | 1 << 1 | (i == blocks - 1 ? 1 : 0);
            frame[14 + 4 * i] = (byte) word;
            frame[15 + 4 * i] = (byte) (word >> 8);
            frame[16 + 4 * i] = (byte) (word >> 16);
        }
        return frame;
    }

    @Test
    void aManifestOfAGigabyteIsNotRead() throws IOException {
        TarFile intact =
                TarFile.read(Files.readAllBytes(archives.get(Coding.PORTABLE).get(0)));
        Path file = directory
                .resolve("harmed")
                .resolve(archives.get(Coding.PORTABLE).get(0).getFileName());
        Member manifest = intact.members.get(0);
        Files.write(file, manifest.with(manifest.name(), '0', "", 1L << 30).header());
        try (java.nio.channels.FileChannel sparse =
                java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            sparse.write(java.nio.ByteBuffer.wrap(new byte[] {1}), (1L << 30) + 4096);
        }
        Verdict verdict = run(file, "a manifest of a gigabyte");
        assertThat(verdict.verified).as(verdict.said).isEqualTo(ExitCode.MISMATCH);
        assertThat(verdict.exported).isZero();
    }

    /** A manifest with this text, and the digest of it. */
    static TarFile summed(TarFile intact, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        List<Member> members = new ArrayList<>();
        for (Member member : intact.members) {
            switch (member.name()) {
                case "manifest.json" -> members.add(member.with(bytes));
                case "manifest.sha256" ->
                    members.add(member.with(
                            (Manifest.digest(bytes) + "  manifest.json\n").getBytes(StandardCharsets.US_ASCII)));
                case "manifest.sig" -> {}
                default -> members.add(member);
            }
        }
        return new TarFile(members);
    }

    /** What became of a harmed archive. */
    private record Verdict(int verified, int exported, int exportCode, String said) {}

    private Verdict judge(Coding coding, byte[] bytes, String harm) throws IOException {
        return judge(coding, bytes, harm, false);
    }

    /** @param unsigned whether all that is wrong is that the signature is gone */
    private Verdict judge(Coding coding, byte[] bytes, String harm, boolean unsigned) throws IOException {
        Verdict verdict = run(coding, bytes, harm);
        String as = coding + ", " + harm + ", -Dshiplog.seed=" + SEED + ": " + verdict.said;
        assertThat(verdict.verified).as(as).isEqualTo(ExitCode.MISMATCH);
        assertThat(verdict.said).as(as).containsPattern(unsigned ? "unsigned" : "damaged|tampered");
        return verdict;
    }

    private Verdict run(Coding coding, byte[] bytes, String harm) throws IOException {
        Path file =
                directory.resolve("harmed").resolve(archives.get(coding).get(0).getFileName());
        Files.write(file, bytes);
        return run(file, coding + ", " + harm);
    }

    private Verdict run(Path file, String harm) throws IOException {
        List<Path> before = tree();
        long cpu = THREADS.getCurrentThreadCpuTime();
        long bytes = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        Terminal terminal = new Terminal(directory);
        int verified = terminal.run("verify --key public.pem " + file);
        Export export = export(file.toString());
        String said = terminal.out() + terminal.err() + export.said;
        String as = harm + ", -Dshiplog.seed=" + SEED + ": " + said;
        assertThat(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - cpu))
                .as(as)
                .isLessThan(MOST_CPU);
        assertThat(THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - bytes)
                .as(as)
                .isLessThan(MOST_BYTES);
        assertThat(said).as(as).doesNotContain("this is a bug");
        for (String line : export.lines) {
            assertThat(line).as(as).isEqualTo(oracle.get(sequence(line)));
        }
        int expected = 6;
        if (export.lines.size() < expected) {
            assertThat(export.code).as(as).isIn(ExitCode.DAMAGE, ExitCode.MISMATCH);
        }
        assertThat(tree()).as(as).isEqualTo(before);
        return new Verdict(verified, export.lines.size(), export.code, said);
    }

    private static List<Path> tree() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted().toList();
        }
    }

    private record Export(int code, List<String> lines, String said) {}

    private static Export export(String source) {
        Terminal terminal = new Terminal(directory);
        int code = terminal.run("export --restated --format envelope " + source);
        return new Export(code, terminal.out().lines().toList(), terminal.err());
    }

    private static long sequence(String line) {
        Matcher matcher = SEQUENCE.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** What so many harms cost. */
    private static final class Tally {
        private int harms;
        private int whole;
        private int exported;

        void add(Verdict verdict) {
            harms++;
            exported += verdict.exported;
            whole += verdict.exported == 6 ? 1 : 0;
        }

        void report(String what, int length) {
            System.out.printf(
                    "ArchiveDamageTest: %s: %d of an archive of %d bytes, each named; %d cost no record, %.1f of 6 records"
                            + " were exported on average, none wrong%n",
                    what, harms, length, whole, (double) exported / harms);
        }
    }
}
