package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.replay.ReplayMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay ps} of ten thousand containers, beside somebody who knows when each of them lived. */
class ManyLivesTest {
    private static final int MANY = 10_000;

    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(SEED);

    @TempDir
    private static Path directory;

    private ManyLives journal(int count) throws IOException {
        ManyLives many = new ManyLives(count, SEED);
        Path journal = directory.resolve("of-" + count);
        if (Files.notExists(journal)) {
            many.write(Files.createDirectory(journal));
        }
        return many;
    }

    private String run(String arguments) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("ps " + arguments.strip() + " of-" + MANY))
                .as("seed %d: %s", SEED, terminal.err())
                .isIn(ExitCode.OK, ExitCode.GAPS);
        return terminal.out();
    }

    /** Rows of csv without their heading, in some order. */
    private static List<String> rows(String csv) {
        return csv.lines().skip(1).sorted().toList();
    }

    @Test
    void eachIsListedWhereItLived() throws IOException {
        ManyLives many = journal(MANY);
        for (int i = 0; i < 6; i++) {
            long a = i == 1 ? ManyLives.END : moment();
            long b = i == 0 ? ManyLives.BEGIN : i == 1 ? ManyLives.DEAF + 60 * ManyLives.SECOND : moment();
            check(many, Math.min(a, b), i == 2 ? ManyLives.END : Math.max(a, b));
        }
        for (int i = 0; i < 10; i++) {
            long at = moment();
            assertThat(run("-a -q --no-trunc --at " + Instant.ofEpochSecond(0, at))
                            .lines())
                    .as("seed %d, at %s", SEED, Instant.ofEpochSecond(0, at))
                    .containsExactlyInAnyOrderElementsOf(many.lives().stream()
                            .filter(life -> life.existedIn(at, at + 1) && life.removed() > at)
                            .map(ManyLives.Life::id)
                            .toList());
        }
    }

    /** A moment at which nothing is in doubt. */
    private long moment() {
        long time = ManyLives.BEGIN
                + ManyLives.SECOND
                + (long) (random.nextDouble() * (ManyLives.END - ManyLives.BEGIN - ManyLives.SECOND));
        return time < ManyLives.DEAF || time > ManyLives.HEARS + 2 * ManyLives.SECOND ? time : moment();
    }

    private void check(ManyLives many, long since, long until) {
        String range = " --since " + Instant.ofEpochSecond(0, since) + " --until " + Instant.ofEpochSecond(0, until);
        String columns = " --format csv --columns name,born,ended,ended_after,ended_before,exit_code,status";
        for (boolean all : new boolean[] {true, false}) {
            List<String> expected = many.lives().stream()
                    .filter(life ->
                            life.existedIn(since, until) && (all || life.ranIn(since) && life.started() < until))
                    .map(life -> life.row(until))
                    .sorted()
                    .toList();
            assertThat(rows(run((all ? "-a" : "") + range + columns)))
                    .as("seed %d,%s", SEED, range)
                    .isEqualTo(expected);
        }
    }

    /** The memory that they need is that of the rows; a description of each alone would be 80 MB. */
    @Test
    void tenTimesAsManyNeedNoMoreMemory() throws IOException, InterruptedException {
        for (int count : new int[] {MANY / 10, MANY}) {
            ManyLives many = journal(count);
            String name = "of-" + count;
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), ReplayMain.class.getName()));
            command.addAll(List.of(
                    "ps", "-a", "--since", "2026-10-01", directory.resolve(name).toString()));
            Path out = directory.resolve(name + ".out");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            assertThat(process.waitFor()).as("seed %d", SEED).isEqualTo(ExitCode.GAPS);
            long rows = many.lives().stream()
                    .filter(life -> life.existedIn(0, Long.MAX_VALUE))
                    .count();
            try (var lines = Files.lines(out)) {
                assertThat(lines.filter(line -> line.contains(" job-")))
                        .as("seed %d", SEED)
                        .hasSize((int) rows);
            }
        }
    }
}
