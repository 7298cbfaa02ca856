import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Writes a journal to be kept, with the appender of whatever version is on the class path; README.md tells how it is run.
 * Real samples of ten containers, events, descriptions and marks: a first run that is killed, and a second one that goes
 * on in the same segment and ends well.
 *
 * <p>Arguments: the run, 1 or 2; the directory of the samples; the journal; a file to which a line is added for each
 * record, as it must come back: sequence, kind, subject, time, receipt, monotonic clock, whether it is restated, and the
 * payload in base64, with spaces between them.
 */
final class KeepJournal {
    private static final int CONTAINERS = 10;
    private static final long MONOTONIC_START = 1_795_000_000_000_000_000L;

    private final Path samples;
    private final Path told;
    private final List<Record> head = new ArrayList<>();
    private final StringBuilder lines = new StringBuilder();
    private long last;

    private KeepJournal(Path samples, Path told) {
        this.samples = samples;
        this.told = told;
    }

    public static void main(String[] args) throws IOException {
        boolean first = args[0].equals("1");
        KeepJournal keep = new KeepJournal(Path.of(args[1]), Path.of(args[3]));
        keep.last = Files.exists(keep.told) ? Files.readAllLines(keep.told).size() : 0;
        keep.write(Path.of(args[2]), first);
        Files.writeString(keep.told, keep.lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (first) {
            Runtime.getRuntime().halt(137);
        }
    }

    private void write(Path journal, boolean first) throws IOException {
        List<Record> all = records();
        int half = all.size() * 6 / 10;
        List<Record> records = first ? all.subList(0, half) : all.subList(half, all.size());
        long begin = all.get(0).received();
        head.add(mark(begin - 5_000_000, new Mark.SegmentStart("00000000000000ff 123456789abcdef0", 2)));
        head.add(mark(begin - 4_000_000, new Mark.EngineUp("b36156ce", "28.5.2", "1.51")));
        head.add(record(Kind.HOST, "info", begin - 3_000_000, 0, payloads("engine-28.5-info.json").get(0)));
        head.add(record(Kind.HOST, "version", begin - 2_500_000, 0, payloads("engine-28.5-version.json").get(0)));
        for (String engine : List.of("engine-20.10", "engine-28.5")) {
            byte[] inspected = payloads(engine + "-inspect.json").get(0);
            head.add(record(Kind.INSPECT, textAfter("\"Id\":\"", inspected), begin - 2_000_000, 0, inspected));
        }
        Appender.Options options = new Appender.Options(Roll.MINUTELY, "host", "boot", "KeepJournal", 0);
        Appender appender = Appender.open(journal, options, record -> {});
        appender.snapshot(() -> head);
        long at = records.get(0).received();
        append(appender, mark(at - 1_000_000, new Mark.Start("1", Map.of("roll", "minutely"))));
        if (!first) {
            append(appender, mark(at - 900_000, new Mark.UncleanStop(at - 2_000_000, last)));
            append(appender, mark(at - 800_000, new Mark.Gap("event", "", at - 2_000_000, at - 900_000, "killed")));
        }
        appender.engineId("b36156ce-4d68-b30b-ecad-c071e6b37758");
        for (Record record : records) {
            append(appender, record);
        }
        if (!first) {
            long end = records.get(records.size() - 1).received();
            append(appender, mark(end + 1_000_000, new Mark.Redaction("", "secrets", List.of("Config.Env.TOKEN"))));
            append(appender, mark(end + 2_000_000, new Mark.CleanStop("SIGTERM")));
            appender.sync();
            appender.close();
        }
    }

    private void append(Appender appender, Record record) throws IOException {
        long sequence = appender.append(record);
        boolean isNew = last == 0;
        for (int i = 0; last + 1 < sequence; i++) {
            tell(head.get(i), ++last, !isNew || i == 0);
        }
        tell(record, ++last, false);
    }

    private void tell(Record record, long sequence, boolean restated) {
        lines.append(sequence).append(' ').append(record.kind().label()).append(' ').append(record.subject());
        lines.append(' ').append(record.time()).append(' ').append(record.received());
        lines.append(' ').append(record.monotonic()).append(' ').append(restated).append(' ');
        lines.append(Base64.getEncoder().encodeToString(record.payload())).append('\n');
    }

    /** Samples as they came, and an event after each twenty. */
    private List<Record> records() {
        Random random = new Random(61);
        List<byte[]> events = new ArrayList<>(payloads("engine-28.5-events.ndjson"));
        events.addAll(payloads("engine-20.10-events.ndjson"));
        Set<String> chosen = new LinkedHashSet<>();
        List<Record> records = new ArrayList<>();
        int event = 0;
        for (byte[] payload : payloads("stats-61-containers.ndjson")) {
            String id = textAfter("\"id\":\"", payload);
            if (chosen.size() < CONTAINERS) {
                chosen.add(id);
            }
            if (!chosen.contains(id)) {
                continue;
            }
            Instant read = Instant.parse(textAfter("\"read\":\"", payload));
            long time = read.getEpochSecond() * 1_000_000_000L + read.getNano();
            long received = (time + 1_000_000 + random.nextInt(3_000_000)) / 1_000 * 1_000;
            records.add(record(Kind.STATS, id, received, time, payload));
            if (records.size() % 20 == 0 && event < events.size()) {
                byte[] said = events.get(event++);
                String nano = new String(said, StandardCharsets.UTF_8).replaceAll(".*\"timeNano\":(\\d+).*", "$1");
                records.add(record(Kind.EVENT, textAfter("\"ID\":\"", said), received + 7_000, Long.parseLong(nano), said));
            }
        }
        return records;
    }

    private static Record mark(long received, Mark mark) {
        return record(Kind.MARK, "", received, 0, mark.toJson());
    }

    private static Record record(Kind kind, String subject, long received, long time, byte[] payload) {
        return new Record(
                0, kind, subject, time == 0 ? received : time, received, received - MONOTONIC_START, payload);
    }

    private static String textAfter(String name, byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        int from = text.indexOf(name) + name.length();
        return text.substring(from, text.indexOf('"', from));
    }

    private List<byte[]> payloads(String name) {
        try {
            return Files.readAllLines(samples.resolve(name)).stream()
                    .map(line -> line.getBytes(StandardCharsets.UTF_8))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
