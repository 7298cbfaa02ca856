package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A range of time is exported from archives as from the segments that they were made of, to the byte, though blocks that
 * do not matter are passed over. The segments are the oracle: they are read record by record.
 */
@Tag("once")
class RangeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = Instant.parse("2026-11-21T01:00:00Z").getEpochSecond() * SECOND;
    private static final int RECORDS = 100_000;
    private static final int RANGES = Integer.getInteger("shiplog.ranges", 15);

    @TempDir
    private Path directory;

    private final List<String> containers = new ArrayList<>(List.of(id(0), id(1), id(2), id(3)));
    private int created = 4;
    private long time = START;

    private record Answer(int code, byte[] out, String err) {}

    private Answer run(String commandLine) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        InstantSource clock =
                InstantSource.fixed(Instant.ofEpochSecond(0, START).plusSeconds(1_000_000));
        Console console = new Console(out, new PrintWriter(err, true), false, clock, directory, new CountDownLatch(1));
        int code = Replay.run(console, commandLine.split(" "));
        return new Answer(code, out.toByteArray(), err.toString());
    }

    private void make(long seed) throws IOException {
        Random random = new Random(seed);
        int written = 0;
        while (written < RECORDS) {
            Options run = new Options("boot-" + written);
            try (Appender appender = Appender.open(directory.resolve("journal"), run.of(), tail -> {})) {
                appender.setSnapshot(this::snapshot);
                appender.append(mark(new Mark.Start("1.0", Map.of())));
                for (int n = RECORDS / 2; n > 0; n--, written++) {
                    time += random.nextInt(20_000) == 0 ? -SECOND : random.nextInt(400_000_000);
                    // Mostly quiet, with a while in which much happens.
                    boolean quiet = written % 60_000 > 1_000 && random.nextInt(200_000) > 0;
                    appender.append(quiet ? quiet(random) : change(random));
                }
                if (random.nextBoolean()) {
                    appender.append(mark(new Mark.CleanStop("SIGTERM")));
                }
            }
        }
        for (String coding : List.of("columns", "portable")) {
            Files.createDirectory(directory.resolve(coding));
            String form = coding.equals("portable") ? " --portable" : "";
            Answer made = run("archive --all" + form + " --to " + coding + " journal");
            assertThat(made.code).as(made.err).isZero();
        }
    }

    private record Options(String boot) {
        Appender.Options of() {
            return new Appender.Options(Roll.DAILY, "host", boot, "test 1", 0);
        }
    }

    private List<Record> snapshot() {
        List<Record> records = new ArrayList<>();
        records.add(mark(new Mark.SegmentStart("", 1)));
        containers.forEach(id -> records.add(inspect(id)));
        return records;
    }

    private Record quiet(Random random) {
        String id = containers.get(random.nextInt(containers.size()));
        if (random.nextInt(30) == 0) {
            return event(id, "exec_create: check " + random.nextInt(100), time - late(random));
        }
        return stats(id, random);
    }

    private Record change(Random random) {
        int which = random.nextInt(containers.size());
        String id = containers.get(which);
        return switch (random.nextInt(10)) {
            case 0 -> {
                containers.add(id(created));
                yield event(id(created++), "create", time);
            }
            case 1 -> inspect(id);
            case 2 -> {
                if (containers.size() > 2) {
                    containers.remove(which);
                }
                yield event(id, "destroy", time - late(random));
            }
            case 3 -> mark(new Mark.Gap("stats", id, time - 40 * SECOND, time - SECOND, "why"));
            case 4 -> mark(new Mark.EngineDown("refused"));
            case 5 -> mark(new Mark.EngineUp("ENGINE", "28.5.1", "1.51"));
            case 6 -> record(Kind.HOST, "info", time, "{\"ID\":\"ENGINE\",\"Name\":\"vm" + random.nextInt(3) + "\"}");
            case 7 -> event(id, random.nextBoolean() ? "start" : "die", time - late(random));
            default -> quiet(random);
        };
    }

    private static long late(Random random) {
        return random.nextInt(50) == 0 ? random.nextInt(3_000) * SECOND : random.nextInt(1_000_000);
    }

    private static String id(int number) {
        return String.format("%064x", 0x10101L * (number + 1));
    }

    private Record stats(String id, Random random) {
        String name = random.nextInt(1_000) == 0 ? "" : "\"name\":\"/" + id.substring(58) + "\",";
        String payload = "{" + name + "\"id\":\"" + id + "\",\"read\":\"" + Instant.ofEpochSecond(0, time)
                + "\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":" + time / 7 + "}},\"text\":\"" + "n".repeat(300)
                + "\",\"memory_stats\":{\"usage\":" + random.nextInt(1_000_000) * 4096L + "}}";
        return record(Kind.STATS, id, time - random.nextInt(1_000_000), payload);
    }

    private Record inspect(String id) {
        return record(
                Kind.INSPECT,
                id,
                time,
                "{\"Name\":\"/" + id.substring(58) + "\",\"Config\":{\"Image\":\"shop:1\",\"Labels\":{\"tier\":\""
                        + id.charAt(63) + "\"}}}");
    }

    private Record event(String id, String action, long happened) {
        String payload = "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + id
                + "\",\"Attributes\":{\"image\":\"shop:1\",\"name\":\"" + id.substring(58) + "\"}},\"timeNano\":"
                + happened
                + "}";
        return record(Kind.EVENT, id, happened, payload);
    }

    private Record mark(Mark mark) {
        return record(Kind.MARK, "", time, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    private Record record(Kind kind, String subject, long happened, String payload) {
        return new Record(0, kind, subject, happened, time, time / 3, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static String between(long since, long until) {
        return " --since " + Instant.ofEpochSecond(0, since) + " --until " + Instant.ofEpochSecond(0, until);
    }

    @Test
    void isThatOfTheSegmentsToTheByte() throws Exception {
        long seed = 7;
        make(seed);
        List<String> asked = List.of(
                "",
                "",
                " --format raw",
                " --format envelope",
                " --format envelope --restated",
                " --kind event",
                " --compact",
                " --filter label=tier=3",
                " --filter name=" + id(2).substring(58));
        Random random = new Random(seed);
        for (int i = 0; i < RANGES; i++) {
            long since = START + (long) (random.nextDouble() * (time - START));
            long until = since + (long) (Math.pow(random.nextDouble(), 4) * (time - START));
            String what = "export" + asked.get(random.nextInt(asked.size())) + between(since, until) + " ";
            // One source is read until nothing of the range can come any more, several to their ends.
            assertSame(seed, what, "journal", List.of("columns", "portable"));
            assertSame(seed, what, "journal journal", List.of("columns portable", "portable journal"));
        }
    }

    private void assertSame(long seed, String what, String oracle, List<String> sources) {
        Answer expected = run(what + oracle);
        assertThat(expected.code).as(what + expected.err).isIn(ExitCode.OK, ExitCode.GAPS);
        for (String source : sources) {
            Answer answer = run(what + source);
            String as = "seed " + seed + ": " + what + source + ": " + answer.err;
            assertThat(answer.code).as(as).isEqualTo(expected.code);
            assertThat(answer.out.length).as(as).isEqualTo(expected.out.length);
            assertThat(Arrays.mismatch(answer.out, expected.out)).as(as).isEqualTo(-1);
        }
    }

    /** What would be noticed if they were read: blocks that are damaged. */
    @Test
    void blocksThatDoNotMatterAreNotRead() throws Exception {
        make(8);
        for (String coding : List.of("columns", "portable")) {
            Path file;
            try (Stream<Path> files = Files.list(directory.resolve(coding))) {
                file = files.filter(each -> each.toString().endsWith(".tar"))
                        .findFirst()
                        .orElseThrow();
            }
            long since;
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                List<Manifest.Block> blocks = archive.manifest().blocks();
                since = blocks.get(blocks.size() - 1).received().first();
                int damaged = 0;
                for (int i = 0; i < blocks.size() - 2; i++) {
                    Manifest.Block block = blocks.get(i);
                    boolean before =
                            Math.max(block.received().last(), block.times().last()) < since;
                    if (before && block.context() == 0) {
                        damage(file, archive.blockOffset(i) + 1_000);
                        damaged++;
                    }
                }
                assertThat(damaged).as(coding + ": " + blocks).isPositive();
            }
            String what = "export --format flat --accept-gaps" + between(since, time) + " ";
            Answer expected = run(what + "journal");
            Answer answer = run(what + coding);
            assertThat(answer.code).as(answer.err).isEqualTo(ExitCode.OK);
            assertThat(answer.out).hasSizeGreaterThan(10_000).isEqualTo(expected.out);
            assertThat(run("export " + coding).code).isEqualTo(ExitCode.MISMATCH);
        }
    }

    private static void damage(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap("damage".getBytes(StandardCharsets.US_ASCII)), at);
        }
    }
}
