package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line of {@code deploy/cron} on a host on which everything goes wrong: what cron mails, and how each run ends. */
class ArchiveCronTest {
    private static final Instant BEGIN = Instant.parse("2026-11-21T00:00:00Z");

    @TempDir
    private Path directory;

    private final StringBuilder transcript = new StringBuilder();
    private final List<byte[]> samples = Samples.payloads(Samples.STATS);
    private Instant now = BEGIN;
    private Path journal;
    private Path target;
    private Appender recorder;
    private long recorded;

    @Test
    void mailsWhatSomebodyShouldKnowAndNothingElse() throws Exception {
        journal = directory.resolve("events");
        try (PrivateMount disk = PrivateMount.of(directory.resolve("archives"), "size=2m")) {
            target = disk.outside();
            recorder = Appender.open(journal, new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0), tail -> {});
            record(24);
            run("the first night");
            record(24);
            run("the second night");

            record(2);
            Path ballast = fill(8192);
            run("the disk is full");
            assertThat(Catalog.files(journal)).hasSize(3);
            assertThat(DirectoryListing.of(target))
                    .noneMatch(file -> file.toString().endsWith(".tmp"));
            Files.delete(ballast);
            run("there is room again");

            record(1);
            mount(disk, "remount,ro");
            run("the target is read-only");
            mount(disk, "remount,rw");
            run("and is not any more");

            now = now.minus(Duration.ofHours(1));
            run("the clock is set back");
            run("and again");
            now = now.plus(Duration.ofHours(1));

            record(2);
            run("the store is down", "--hook", "exit 7");
            run("and is not any more", "--hook", "true");

            Files.move(journal, directory.resolve("elsewhere"));
            run("the journal is missing");
            Files.move(directory.resolve("elsewhere"), journal);
            target = directory.resolve("unmounted");
            run("the target is missing");
            recorder.close();
        }
        assertThat(transcript.toString()).isEqualTo("""
                2026-11-22T00:00:00Z the first night: exit 0
                  replay: /srv/archives: no archive of journal ID is known here: a new chain begins
                2026-11-23T00:00:00Z the second night: exit 0
                2026-11-23T02:00:00Z the disk is full: exit 1
                  replay: /srv/archives: No space left on device; what is not archived stays, and the next run goes on
                2026-11-23T02:00:00Z there is room again: exit 0
                2026-11-23T03:00:00Z the target is read-only: exit 1
                  replay: /srv/archives/shiplog-archives.lock: Read-only file system
                2026-11-23T03:00:00Z and is not any more: exit 0
                2026-11-23T02:00:00Z the clock is set back: exit 0
                  replay: the clock was set back: the last run was at 2026-11-23T03:00:00Z, and it is 2026-11-23T02:00:00Z; nothing is lost by that
                2026-11-23T02:00:00Z and again: exit 0
                2026-11-23T05:00:00Z the store is down: exit 1
                  replay: the hook failed with exit code 7 for host-20261123T030000Z-ID-3064.tar; 20261123-03F.cq4 stays, and the next run tries again
                  replay: the hook failed with exit code 7 for host-20261123T040000Z-ID-3125.tar; 20261123-04F.cq4 stays, and the next run tries again
                2026-11-23T05:00:00Z and is not any more: exit 0
                2026-11-23T05:00:00Z the journal is missing: exit 1
                  replay: /srv/events: no such file or directory
                2026-11-23T05:00:00Z the target is missing: exit 1
                  replay: /srv/archives: no such directory; make it once, or mount the disk that holds it
                """);
    }

    /** Not a byte is free, not even for the state. */
    @Test
    void aFullDiskCostsTheOldestArchivesWhereALimitAllowsIt() throws Exception {
        journal = directory.resolve("events");
        try (PrivateMount disk = PrivateMount.of(directory.resolve("archives"), "size=2m")) {
            target = disk.outside();
            recorder = Appender.open(journal, new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0), tail -> {});
            record(24);
            run("the first night");
            record(2);
            fill(0);
            run("without a limit that is reached", "--keep-archives-bytes", "1g");
            assertThat(Catalog.files(journal)).hasSize(3);
            run("with a limit that is", "--keep-archives-bytes", "48k");
            recorder.close();
            assertThat(Catalog.files(journal)).hasSize(1);
            assertThat(Replay.run(
                            console(new StringWriter(), new ByteArrayOutputStream()), "verify", target.toString()))
                    .as("the state says which archives went")
                    .isZero();
        }
        assertThat(transcript.toString()).isEqualTo("""
                2026-11-22T00:00:00Z the first night: exit 0
                  replay: /srv/archives: no archive of journal ID is known here: a new chain begins
                2026-11-22T02:00:00Z without a limit that is reached: exit 1
                  replay: /srv/archives: No space left on device; what is not archived stays, and the next run goes on
                2026-11-22T02:00:00Z with a limit that is: exit 0
                """);
    }

    /** So many hours of a quiet host. */
    private void record(int hours) throws IOException {
        Instant until = now.plus(Duration.ofHours(hours));
        while (now.isBefore(until)) {
            long nanos = now.getEpochSecond() * 1_000_000_000L;
            byte[] sample = samples.get((int) (recorded++ % samples.size()));
            recorder.append(new Record(0, Kind.STATS, "7".repeat(64), nanos, nanos, nanos, sample));
            now = now.plus(Duration.ofMinutes(1));
        }
        // The first record of the next hour is what ends the last one.
        long nanos = now.getEpochSecond() * 1_000_000_000L;
        recorder.append(new Record(0, Kind.EVENT, "", nanos, nanos, nanos, new byte[] {'{', '}'}));
    }

    private void run(String when, String... options) throws IOException {
        StringWriter said = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console = console(said, out);
        List<String> arguments = new ArrayList<>(List.of("archive", "--to", target.toString(), "--delete"));
        arguments.addAll(List.of(options));
        arguments.add(journal.toString());

        int code = Replay.run(console, arguments.toArray(String[]::new));

        transcript
                .append(now)
                .append(' ')
                .append(when)
                .append(": exit ")
                .append(code)
                .append('\n');
        said.toString()
                .lines()
                .forEach(line -> transcript.append("  ").append(plain(line)).append('\n'));
        assertThat(out.size()).as("standard output").isZero();
    }

    private Console console(StringWriter said, ByteArrayOutputStream out) {
        return new Console(out, new PrintWriter(said, true), false, () -> now, directory, new CountDownLatch(1));
    }

    private String plain(String line) {
        return line.replace(target.toString(), "/srv/archives")
                .replace(journal.toString(), "/srv/events")
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "ID")
                .replaceAll("(host-\\d{8}T\\d{6}Z)-[0-9a-f]{8}-(\\d+)", "$1-ID-$2");
    }

    /** @param left so many bytes stay free: 8192 for a small file, but not for an archive */
    private Path fill(long left) throws IOException {
        Path ballast = target.resolve("ballast");
        try (var out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(target).getUsableSpace() > left) {
                out.write(new byte[4096]);
            }
        }
        return ballast;
    }

    private static void mount(PrivateMount disk, String options) throws Exception {
        List<String> command = new ArrayList<>(disk.enter());
        command.addAll(List.of("mount", "-o", options, disk.inside().toString()));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
