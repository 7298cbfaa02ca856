package dev.shiplog.replay.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long START = 1_795_252_320L * SECOND; // 09:12:00
    private static final String JOURNAL = "journal";

    /** What one shipment sent, and what it said where to go on. */
    private static final class Run {
        final Map<String, String> sent = new TreeMap<>();
        final Counts counts = new Counts();
        final ConsumptionMeter meter = new ConsumptionMeter();
        final Map<String, Reached> before;
        final Windows windows;
        Map<String, Reached> read = new TreeMap<>();

        Run(Map<String, Reached> before) {
            this.before = before;
            windows = new Windows(MINUTE, counts, before, this::send);
        }

        private void send(Window window) {
            String id = window.usage().container().id() + " " + (window.from() - START) / SECOND;
            String content = window.records() + " records, " + window.usage().nanos() + " ns, cpu "
                    + window.usage().cpu() + " " + window.usage().cpuPercent().max() + ", last "
                    + window.sequence();
            sent.putIfAbsent(id, content); // as a cluster does where a clock was set back, and a window came twice
        }

        void take(Record record) throws IOException {
            RecordView view = new RecordSplitter().split(record, record.kind().code(), false);
            Consumption consumption = meter.apply(view);
            Reached from = before.get(JOURNAL);
            boolean isSample = record.kind() == Kind.STATS;
            if (from != null && record.sequence() <= from.sequence()) {
                if (isSample) {
                    windows.learn(JOURNAL, view);
                }
                return;
            }
            read.put(JOURNAL, new Reached(record.sequence(), record.received(), false));
            if (isSample) {
                windows.add(JOURNAL, "host", view, Container.unknown(record.subject()), consumption);
            }
            windows.pass(JOURNAL, view);
        }

        Map<String, Reached> goesOn() {
            return windows.reached(read);
        }
    }

    private static final class Counts implements Windows.Account {
        int late;
        int existed;
        int open;

        @Override
        public void late(String journal) {
            late++;
        }

        @Override
        public void existed(String journal) {
            existed++;
        }

        @Override
        public void open(String journal, int more) {
            open += more;
        }
    }

    private static Record sample(long sequence, String container, long time, long received, long cpu) {
        String payload = "{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":" + cpu + "}}}";
        return new Record(
                sequence, Kind.STATS, container, time, received, received, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static Record mark(long sequence, long time) {
        return new Record(
                sequence, Kind.MARK, "", time, time, time, "{\"mark\":\"x\"}".getBytes(StandardCharsets.UTF_8));
    }

    private static Run run(Map<String, Reached> before, List<Record> records) throws IOException {
        Run run = new Run(before);
        for (Record record : records) {
            run.take(record);
        }
        return run;
    }

    @Test
    void isSentWhenASampleComesLongEnoughAfterItsEnd() throws IOException {
        Run run = new Run(Map.of());
        run.take(sample(1, "a", START, START, 0));
        run.take(sample(2, "a", START + 30 * SECOND, START + 30 * SECOND, 30));
        run.take(sample(3, "a", START + 69 * SECOND, START + 69 * SECOND, 69));
        assertThat(run.sent).isEmpty();
        assertThat(run.goesOn()).as("the first record is needed again").isEmpty();
        run.take(sample(4, "a", START + 70 * SECOND, START + 70 * SECOND, 70));
        assertThat(run.sent).containsOnlyKeys("a 0");
        assertThat(run.sent.get("a 0")).startsWith("2 records, " + 30 * SECOND + " ns, cpu 30");
        assertThat(run.goesOn().get(JOURNAL).sequence()).isEqualTo(2);
        assertThat(run.counts.open).isEqualTo(2);
        run.take(sample(5, "a", START + 59 * SECOND, START + 71 * SECOND, 71));
        assertThat(run.counts.late).isEqualTo(1);
    }

    @Test
    void isSentWhenAnyRecordWasReceivedLongAfterIt() throws IOException {
        Run run = new Run(Map.of());
        run.take(sample(1, "a", START, START, 0));
        run.take(mark(2, START + 69 * SECOND));
        assertThat(run.sent).isEmpty();
        run.take(mark(3, START + 70 * SECOND));
        assertThat(run.sent).containsOnlyKeys("a 0");
        assertThat(run.goesOn().get(JOURNAL).sequence()).isEqualTo(3);
    }

    @Test
    void isNotMadeAgainOfWhatComesAfterItWasSent() throws IOException {
        Run run = new Run(Map.of(JOURNAL, new Reached(1, START, false)));
        run.take(sample(1, "a", START, START, 0));
        run.take(sample(2, "a", START + SECOND, START + SECOND, 1));
        assertThat(run.counts.existed).isEqualTo(1);
        assertThat(run.counts.open).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aShipmentThatIsKilledAnywhereSendsTheSameInTheEnd(long seed) throws IOException {
        Random random = new Random(seed);
        List<Record> records = history(random);
        Map<String, String> whole = run(Map.of(), records).sent;
        assertThat(whole).hasSizeGreaterThan(10);
        Map<String, String> sent = new TreeMap<>();
        Map<String, Reached> state = Map.of();
        for (int kills = 0; kills < 20; kills++) {
            int to = random.nextInt(records.size() + 1);
            Run run = run(state, records.subList(0, to));
            run.sent.forEach(sent::putIfAbsent);
            if (random.nextBoolean()) {
                state = run.goesOn();
            }
        }
        run(state, records).sent.forEach(sent::putIfAbsent);
        assertThat(sent).as("seed " + seed).isEqualTo(whole);
    }

    /** Three containers for a quarter of an hour, samples late by some seconds, a silence, a clock that is set back. */
    private static List<Record> history(Random random) {
        List<Record> records = new ArrayList<>();
        long now = START + random.nextInt(60) * SECOND;
        long step = 0;
        long[] cpu = new long[3];
        while (now < START + 15 * MINUTE) {
            now += random.nextInt(200) == 0 ? 2 * MINUTE : (1 + random.nextInt(2_000)) * 1_000_000L;
            step -= random.nextInt(300) == 0 ? random.nextInt(200) * SECOND : 0;
            int container = random.nextInt(3);
            cpu[container] += random.nextInt(1_000);
            long late = random.nextInt(10) == 0 ? random.nextInt(15) * SECOND : 0;
            long clock = now + step;
            int sequence = records.size() + 1;
            records.add(
                    random.nextInt(20) == 0
                            ? mark(sequence, clock)
                            : sample(sequence, "c" + container, clock - late, clock, cpu[container]));
        }
        return records;
    }
}
