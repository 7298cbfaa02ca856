package dev.shiplog.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.LogLines;
import dev.shiplog.testkit.LogLines.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What log lines take: they come back byte for byte, and take a part of the frames in which the engine sends them. */
class LogSizeTest {
    private static final long SEED = 1;
    private static final int LINES = 20_000;
    private static final int CONTAINERS = 10;
    private static final double MOST_LIVE = 0.35;
    private static final double MOST_ARCHIVED = 0.10;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void linesTakeAPartOfTheirFramesAndComeBack(Program program) throws IOException {
        List<LogLines> logs = new ArrayList<>();
        for (int i = 0; i < CONTAINERS; i++) {
            logs.add(new LogLines(program, SEED + i, Journals.START, 20));
        }
        Random random = new Random(SEED);
        List<Record> records = new ArrayList<>();
        long frames = 0;
        Path journal = directory.resolve("journal");
        try (Appender appender = Journals.open(journal)) {
            for (int i = 0; i < LINES; i++) {
                LogLines.Line line = logs.get(i % CONTAINERS).next();
                byte[] frame = line.frame(1 + random.nextInt(2));
                frames += frame.length;
                byte[] payload = new byte[frame.length - 7];
                payload[0] = frame[0];
                System.arraycopy(frame, 8, payload, 1, payload.length - 1);
                long received = (line.time() + 200_000 + random.nextInt(300_000)) / 1_000 * 1_000;
                String container = Integer.toHexString(0xc0ffee + i % CONTAINERS)
                        .repeat(11)
                        .substring(0, 64);
                Record record = new Record(0, Kind.LOG, container, line.time(), received, received - 99, payload);
                records.add(record.withSequence(appender.append(record)));
            }
        }
        String of = program + ", seed " + SEED;
        Journals.Reading read = Journals.read(journal);
        Journals.assertSame(read.records(), records);
        long live = 0;
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            long first = -1;
            while (cursor.next() == Cursor.Step.RECORD) {
                first = first < 0 ? cursor.position().offset() : first;
                live = cursor.position().offset() - first;
            }
        }
        assertThat((double) live / frames).as("live, of %s", of).isLessThan(MOST_LIVE);
        long archived = 0;
        List<Path> archives = ArchivedJournals.archiveAll(journal, directory.resolve("archives"), Coding.COLUMNS);
        for (Path archive : archives) {
            archived += Files.size(archive);
        }
        assertThat((double) archived / frames).as("archived, of %s", of).isLessThan(MOST_ARCHIVED);
        Journals.assertSame(Journals.read(archives.toArray(Path[]::new)).records(), records);
    }
}
