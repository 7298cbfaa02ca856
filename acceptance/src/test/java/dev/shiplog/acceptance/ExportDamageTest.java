package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records a journal, damages it in a thousand ways, and exports it: what comes out is what went in, whatever is missing
 * is named, and the exit code tells. {@code -Dshiplog.damages=N} damages it N times in each way instead of 500 times, {@code
 * -Dshiplog.seed=N} repeats the choices of a run.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@Tag("once")
class ExportDamageTest {
    private static final int DAMAGES = Integer.getInteger("shiplog.damages", 500);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final int COPIES = 50;
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private static final int OK = 0;
    private static final int DAMAGE = 4;
    private static final Pattern SEQUENCE = Pattern.compile("\\{\"sequence\":(\\d+),.*");

    @TempDir
    private static Path directory;

    private static Path journal;
    /** What the journal holds, as exported; the record with sequence 1 first. */
    private static List<String> oracle;

    private final Random random = new Random(SEED);

    /** Two segments, the older one under another roll, and copies that are made while the newer one is written. */
    @BeforeAll
    static void record() throws Exception {
        journal = directory.resolve("journal");
        try (ScriptedEngine engine =
                ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(20))) {
            for (int i = 0; i < 5; i++) {
                engine.start("web" + i);
            }
            try (RecorderProcess recorder = record(engine, "ten-minutely")) {
                awaitRecords(200);
                stop(recorder);
            }
            try (RecorderProcess recorder = record(engine, "hourly")) {
                awaitRecords(300);
                for (int i = 0; i < COPIES; i++) {
                    engine.flood("web1", 4);
                    engine.restart("web2");
                    copyAsPeopleDo(directory.resolve("copy" + i));
                }
                stop(recorder);
            }
        }
        Export whole = export(journal);
        assertThat(whole.code).as(whole.said).isIn(OK, 3);
        oracle = whole.lines;
        for (int i = 0; i < oracle.size(); i++) {
            assertThat(sequence(oracle.get(i))).isEqualTo(i + 1);
        }
    }

    @Test
    void copyOfAJournalThatIsBeingWrittenGivesItsBeginning() throws Exception {
        int records = 0;
        for (int i = 0; i < COPIES; i++) {
            Verdict verdict = judge(directory.resolve("copy" + i), true, "copy " + i);
            records += verdict.exported;
        }
        System.out.printf(
                "ExportDamageTest: %d copies of a live journal, %d of %d records each%n",
                COPIES, records / COPIES, oracle.size());
    }

    @Test
    void newestSegmentCutAnywhereGivesAllBeforeTheCut() throws Exception {
        Damaged damaged = new Damaged();
        Tally tally = new Tally();
        for (int i = 0; i < DAMAGES; i++) {
            int length = random.nextInt(i % 4 == 0 ? damaged.intact.length : damaged.used());
            damaged.write(Arrays.copyOf(damaged.intact, length));
            tally.add(judge(damaged.directory, false, "cut at " + length));
        }
        tally.report("cuts");
    }

    @Test
    void flippedBitCostsWhatItDamagesAndNoMore() throws Exception {
        Damaged damaged = new Damaged();
        Tally tally = new Tally();
        for (int i = 0; i < DAMAGES; i++) {
            int offset = random.nextInt(damaged.used());
            int bit = random.nextInt(8);
            byte[] bytes = damaged.intact.clone();
            bytes[offset] ^= (byte) (1 << bit);
            damaged.write(bytes);
            tally.add(judge(damaged.directory, false, "bit " + bit + " of byte " + offset));
        }
        tally.report("flipped bits");
    }

    /**
     * Exports a journal and holds it against the oracle.
     *
     * @param live whether records may be missing at the end without being damaged: they were not yet written
     */
    private Verdict judge(Path damaged, boolean live, String damage) throws IOException {
        String as = damage + ", -Dshiplog.seed=" + SEED;
        long begun = System.nanoTime();
        Export export = export(damaged);
        assertThat(System.nanoTime() - begun).as(as).isLessThan(LONGEST.toNanos());

        long before = 0;
        int losses = 0;
        int line = 0;
        List<Loss> open = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(damaged))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.LOSS) {
                    open.add(cursor.loss());
                    losses++;
                    assertThat(export.said).as(as).contains(cursor.loss().segment());
                    continue;
                }
                long sequence = cursor.record().sequence();
                assertThat(sequence).as(as).isGreaterThan(before);
                assertThat(line).as("%s: %s", as, export.said).isLessThan(export.lines.size());
                assertThat(export.lines.get(line)).as(as).isEqualTo(oracle.get((int) sequence - 1));
                checkNamed(open, before + 1, sequence - 1, as);
                open.clear();
                before = sequence;
                line++;
            }
        }
        assertThat(export.lines.size()).as(as).isEqualTo(line);
        if (!live || !open.isEmpty()) {
            checkNamed(open, before + 1, oracle.size(), as);
        }
        assertThat(export.code == DAMAGE)
                .as("exit code %d, %d losses, %s: %s", export.code, losses, as, export.said)
                .isEqualTo(losses > 0);
        return new Verdict(line, losses);
    }

    /** Between two good records nothing is missing that is not named, and nothing is named that is not missing. */
    private static void checkNamed(List<Loss> losses, long from, long to, String as) {
        if (to >= from) {
            assertThat(losses)
                    .as("records %d to %d are missing, %s", from, to, as)
                    .isNotEmpty();
        }
        for (Loss loss : losses) {
            if (loss.records() != 0) {
                assertThat(to).as("%s is not lost, %s", loss, as).isGreaterThanOrEqualTo(from);
            }
            if (loss.records() > 0) {
                assertThat(loss.sequences().from()).as("%s, %s", loss, as).isGreaterThanOrEqualTo(from);
                assertThat(loss.sequences().to()).as("%s, %s", loss, as).isLessThanOrEqualTo(to);
            }
        }
        if (to >= from && losses.stream().allMatch(loss -> loss.records() >= 0)) {
            assertThat(losses.stream().mapToLong(Loss::records).sum())
                    .as("%s name records %d to %d, %s", losses, from, to, as)
                    .isEqualTo(to - from + 1);
        }
    }

    private record Verdict(int exported, int losses) {}

    private record Export(int code, List<String> lines, String said) {}

    private static Export export(Path source) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), Path.of(""), new CountDownLatch(1));
        int code = Replay.run(console, "export", "--restated", "--format", "envelope", source.toString());
        return new Export(code, out.toString(StandardCharsets.UTF_8).lines().toList(), err.toString());
    }

    private static long sequence(String line) {
        Matcher matcher = SEQUENCE.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static RecorderProcess record(ScriptedEngine engine, String roll) throws IOException {
        return RecorderProcess.recording(
                List.of(), directory.resolve("output"), engine.address(), journal, "--roll", roll);
    }

    private static void stop(RecorderProcess recorder) throws Exception {
        recorder.terminate();
        assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
    }

    private static void awaitRecords(int more) throws Exception {
        long deadline = System.nanoTime() + 3 * LONGEST.toNanos();
        int before = 0;
        for (int now = 0; now < before + more || before == 0; TimeUnit.MILLISECONDS.sleep(20)) {
            assertThat(System.nanoTime()).as("%d records", now).isLessThan(deadline);
            try {
                now = export(journal).lines.size();
                before = before == 0 ? now : before;
            } catch (RuntimeException e) {
                now = 0;
            }
        }
    }

    private static void copyAsPeopleDo(Path copy) throws Exception {
        Process cp = new ProcessBuilder("cp", "-r", journal.toString(), copy.toString())
                .inheritIO()
                .start();
        assertThat(cp.waitFor()).isZero();
    }

    /** A copy of the journal whose newest segment is written anew for each damage. */
    private static final class Damaged {
        final Path directory;
        final byte[] intact;
        private final Path newest;

        Damaged() throws IOException {
            directory = Files.createTempDirectory(ExportDamageTest.directory, "damaged");
            List<Path> segments =
                    Catalog.list(List.of(journal)).stream().map(Segment::path).toList();
            assertThat(segments).hasSizeGreaterThan(1);
            for (Path segment : segments) {
                Files.copy(segment, directory.resolve(segment.getFileName()));
            }
            newest = directory.resolve(segments.get(segments.size() - 1).getFileName());
            intact = Files.readAllBytes(newest);
        }

        /** Behind the last byte that is not zero. */
        int used() {
            int used = intact.length;
            while (intact[used - 1] == 0) {
                used--;
            }
            return used;
        }

        void write(byte[] bytes) throws IOException {
            Files.write(newest, bytes);
        }
    }

    /** What so many damages cost. */
    private static final class Tally {
        private int damages;
        private int harmless;
        private int losses;
        private long missing;
        private long worst;

        void add(Verdict verdict) {
            damages++;
            harmless += verdict.losses == 0 ? 1 : 0;
            losses += verdict.losses;
            missing += oracle.size() - verdict.exported;
            worst = Math.max(worst, oracle.size() - verdict.exported);
        }

        void report(String what) {
            System.out.printf(
                    "ExportDamageTest: %d %s, %d of them harmless, %d losses named, %.1f of %d records lost on average, %d at"
                            + " worst%n",
                    damages, what, harmless, losses, (double) missing / damages, oracle.size(), worst);
        }
    }
}
