package dev.shiplog.replay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** While {@code replay archive --delete} is at work, nothing looks missing: not even for a moment. */
class VerifyWhileArchivingTest {
    private static final Instant BEGIN = Instant.parse("2026-11-21T09:00:00Z");

    private static final int MINUTES = 7;

    @TempDir
    Path directory;

    private Path journal;
    private Path target;
    /** How many minutes of the journal are archived. */
    private int archived;

    /** A journal of so many minutes; each has two samples and a gap. */
    private void write(int minutes, String name) throws IOException {
        journal = directory.resolve(name);
        target = Files.createDirectory(directory.resolve(name + "-archives"));
        archived = 0;
        Appender.Options options = new Appender.Options(Roll.MINUTELY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            for (int i = 0; i < minutes; i++) {
                long time = nanos(BEGIN.plusSeconds(60L * i));
                appender.append(record(Kind.STATS, time, "{\"read\":" + i + "}"));
                byte[] gap = new Mark.Gap("event", "", time, time + 1, "the engine hung").toJson();
                appender.append(record(Kind.MARK, time + 1, new String(gap, StandardCharsets.UTF_8)));
                appender.append(record(Kind.STATS, time + 2, "{\"read\":" + i + ",\"again\":true}"));
            }
        }
    }

    private static Record record(Kind kind, long time, String payload) {
        return new Record(0, kind, "", time, time, time, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L;
    }

    /** Archives one minute more, by a run of its own. */
    private void archiveOneMore(String options) {
        archived++;
        InstantSource clock = InstantSource.fixed(BEGIN.plus(Duration.ofHours(10)));
        StringWriter err = new StringWriter();
        Console console = new Console(
                new ByteArrayOutputStream(),
                new PrintWriter(err, true),
                false,
                clock,
                directory,
                new CountDownLatch(1));
        String command = "archive --to " + target + " --delete --older-than " + (600 - archived) + "m " + options;
        int code = Replay.run(console, (command.strip() + " " + journal).split(" "));
        assertThat(code).as(err.toString()).isZero();
    }

    /** At any moment, some of which a seed chooses. */
    @ParameterizedTest
    @CsvSource({"1, ''", "2, ''", "3, ''", "4, ''", "5, --keep-archives-bytes 24k", "6, --keep-archives-bytes 24k"})
    void whereverTheRunsComeInBetween(long seed, String options) throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            write(MINUTES, "journal" + round);
            do {
                archiveOneMore(options);
            } while (random.nextInt(3) > 0);
            boolean fast = random.nextInt(4) == 0;
            int rarity = 1 + random.nextInt(6);
            Runnable meanwhile = () -> {
                while (archived < MINUTES && random.nextInt(rarity) == 0) {
                    archiveOneMore(options);
                }
            };
            List<Finding> findings = new ArrayList<>();
            Watcher watcher = new Watcher() {
                @Override
                public void found(Finding finding) {
                    findings.add(finding);
                }

                @Override
                public void read(Path file, long records) {
                    meanwhile.run();
                }
            };
            List<Path> sources = random.nextBoolean() ? List.of(journal, target) : List.of(target, journal);
            int before = archived;
            Inventory inventory = new Inventory(sources, (places, wanted) -> {
                meanwhile.run();
                return Catalog.list(places, wanted);
            });
            meanwhile.run();
            new Verification(new Options(fast, null, false), watcher).check(inventory);

            String as = String.format(
                    "seed %d, round %d, %s, %d to %d archived meanwhile", seed, round, sources, before, archived);
            assertThat(findings)
                    .as(as)
                    .extracting(Finding::severity)
                    .isSubsetOf(Severity.GAP, Severity.DELETED, Severity.NOTE);
            if (options.isEmpty()) {
                assertThat(findings).as(as).extracting(Finding::severity).containsOnly(Severity.GAP);
                assertThat(findings).as(as).hasSize(fast ? findings.size() : MINUTES);
            }
        }
    }

    /** The same with a thread that archives as fast as it can. */
    @Test
    void whileAnotherThreadArchives() throws Exception {
        write(40, "journal");
        archiveOneMore("");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> runs = thread.submit(() -> {
                while (archived < 40) {
                    archiveOneMore("");
                }
            });
            int verified = 0;
            while (verified < 3 || !runs.isDone()) {
                List<String> sources = verified++ % 2 == 0
                        ? List.of("journal", "journal-archives")
                        : List.of("journal-archives", "journal");
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                StringWriter err = new StringWriter();
                Console console = new Console(
                        out,
                        new PrintWriter(err, true),
                        false,
                        InstantSource.system(),
                        directory,
                        new CountDownLatch(1));
                int code = Replay.run(console, "verify", "--accept-gaps", sources.get(0), sources.get(1));
                assertThat(code).as("verification %d: %s%s", verified, out, err).isZero();
                assertThat(out.toString(StandardCharsets.UTF_8)).contains(": 40 gap;");
            }
            runs.get();
        } finally {
            thread.shutdownNow();
        }
    }
}
