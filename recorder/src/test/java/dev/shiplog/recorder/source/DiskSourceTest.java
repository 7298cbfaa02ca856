package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DiskSourceTest {
    private static final String ACCOUNT = "{\"LayersSize\":7}";

    private final SourceHarness harness = new SourceHarness();
    private volatile boolean refuses;
    private volatile boolean up = true;
    private final FakeEngine engine = new FakeEngine(path -> {
        if (refuses) {
            throw new EngineStatusException(path, 403, "Forbidden");
        }
        return ACCOUNT.getBytes(UTF_8);
    });
    private volatile List<Record> descriptions = List.of();

    @TempDir
    private Path directory;

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private DiskSource disk(Duration first) {
        DiskSource disk = new DiskSource(
                engine,
                harness.clock,
                harness.queue,
                new Redactor(Redaction.SECRETS, harness.clock, harness.queue::put),
                () -> descriptions,
                () -> up,
                first);
        harness.opened.add(disk);
        return disk;
    }

    private List<String> texts() {
        return harness.texts(Kind.DISK);
    }

    @Test
    void asksOnceADayAndNotWhileTheEngineIsAway() {
        up = false;
        disk(Duration.ofMinutes(5)).start();
        harness.pass(Duration.ofMinutes(6));
        await().during(Duration.ofMillis(1200)).until(() -> texts().isEmpty());
        up = true;
        await().until(() -> texts().equals(List.of(ACCOUNT)));
        harness.pass(Duration.ofHours(23));
        await().during(Duration.ofMillis(1200)).until(() -> texts().size() == 1);
        harness.pass(Duration.ofHours(1));
        await().until(() -> texts().size() == 2);
        assertThat(engine.asked).containsOnly("/system/df");
    }

    @Test
    void aRestartDoesNotAskAgain() {
        DiskSource disk = disk(Duration.ZERO);
        long now = harness.clock.now().received();
        long before = now - Duration.ofHours(20).toNanos();
        Record account = new Record(3, Kind.DISK, "", before, before, 1, ACCOUNT.getBytes(UTF_8));
        disk.restore(account, null);
        disk.restore(new Record(4, Kind.DISK, "c", now, now, 1, "{\"log_bytes\":1}".getBytes(UTF_8)), null);
        assertThat(disk.snapshot()).hasSize(1);
        assertThat(disk.snapshot().get(0).payload()).isEqualTo(account.payload());
        disk.start();
        await().during(Duration.ofMillis(1200)).until(() -> texts().isEmpty());
        harness.pass(Duration.ofHours(5));
        await().until(() -> texts().size() == 1);
    }

    @Test
    void aRefusalIsAGapAndIsAskedAgainTheNextDay() {
        refuses = true;
        DiskSource disk = disk(Duration.ZERO);
        disk.start();
        await().until(() -> harness.gaps(Kind.DISK).size() == 1);
        Mark.Gap gap = harness.gaps(Kind.DISK).get(0);
        assertThat(gap.reason()).isEqualTo("GET /system/df: HTTP 403, Forbidden; allow GET /system/df");
        await().during(Duration.ofMillis(1200)).until(() -> engine.asked.size() == 1);
        refuses = false;
        harness.pass(Duration.ofDays(1));
        await().until(() -> texts().size() == 1 && harness.gaps(Kind.DISK).size() == 2);
        assertThat(harness.gaps(Kind.DISK).get(1).from()).isEqualTo(gap.to());

        DiskSource next = disk(Duration.ZERO);
        next.restore(harness.clock.mark(gap), gap);
        next.start();
        await().until(() -> engine.asked.size() == 3);
        assertThat(engine.asked).as("the day after the gap").hasSize(3);
    }

    @Test
    void logFilesAreMeasuredWithWhatTheyWereRotatedInto() throws IOException {
        Path log = directory.resolve("c-json.log");
        Files.write(log, new byte[100]);
        Files.write(directory.resolve("c-json.log.1"), new byte[20]);
        Files.write(directory.resolve("c-json.log.2.gz"), new byte[3]);
        Files.write(directory.resolve("c-json.log.old"), new byte[4]);
        Files.write(directory.resolve("other-json.log"), new byte[5]);
        Record seen = SourceHarness.description("c", log.toString());
        Record notSeen =
                SourceHarness.description("d", directory.resolve("nowhere.log").toString());
        Record without = SourceHarness.description("e", "");
        descriptions = List.of(seen, notSeen, without);
        disk(Duration.ZERO).start();
        await().until(() -> texts().size() == 2);
        assertThat(texts().get(1)).isEqualTo("{\"log_path\":\"" + log + "\",\"log_bytes\":123,\"log_files\":3}");
        assertThat(harness.records(record -> record.kind() == Kind.DISK))
                .extracting(Record::subject)
                .containsExactly("", "c");
    }

    @Test
    void secretsAreRemoved() {
        FakeEngine telling = new FakeEngine(
                path -> "{\"Containers\":[{\"Command\":\"app --password=hunter2\",\"Labels\":{}}]}".getBytes(UTF_8));
        DiskSource disk = new DiskSource(
                telling,
                harness.clock,
                harness.queue,
                new Redactor(Redaction.SECRETS, harness.clock, harness.queue::put),
                List::of,
                () -> true,
                Duration.ZERO);
        harness.opened.add(disk);
        disk.start();
        await().until(() -> texts().size() == 1);
        assertThat(texts().get(0)).doesNotContain("hunter2").contains("--password=<redacted>");
    }
}
