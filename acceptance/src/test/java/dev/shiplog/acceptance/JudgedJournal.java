package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.GapFinder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A journal before its witnesses: its events and lines of logs, and what it says itself is missing. */
final class JudgedJournal {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Set<String> events = new LinkedHashSet<>();
    private final List<String> repeated = new ArrayList<>();
    private final List<Record> logs = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<Mark.Unsettled> unsettled = new ArrayList<>();
    private final List<Long> starts = new ArrayList<>();

    private JudgedJournal() {}

    /** Fails at the first loss, with {@code as} in the message. */
    static JudgedJournal read(Path directory, String as) throws IOException {
        JudgedJournal journal = new JudgedJournal();
        GapFinder finder = new GapFinder();
        long records = 0;
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> as + " " + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
                records++;
                assertThat(cursor.record().sequence()).as(as).isEqualTo(records);
                Gap gap = finder.apply(cursor.record());
                if (!cursor.record().restated()) {
                    if (gap != null) {
                        journal.gaps.add(gap);
                    }
                    if (cursor.record().kind() != Kind.STATS) {
                        journal.take(cursor.record().toRecord());
                    }
                }
            }
        }
        return journal;
    }

    private void take(Record record) throws IOException {
        if (record.kind() == Kind.EVENT) {
            String event = new String(record.payload(), StandardCharsets.UTF_8);
            if (!events.add(event)) {
                repeated.add(event);
            }
        } else if (record.kind() == Kind.LOG) {
            logs.add(record);
        } else if (record.kind() == Kind.MARK) {
            mark(Mark.fromJson(record.payload()), record.received());
        }
    }

    private void mark(Mark mark, long received) {
        if (mark instanceof Mark.Start) {
            starts.add(received);
        } else if (mark instanceof Mark.Unsettled question) {
            unsettled.add(question);
        } else if (mark instanceof Mark.Settled settled) {
            unsettled.removeIf(question -> question.from() >= settled.from());
        } else if (mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
            unsettled.clear(); // the gap says what is missing
        }
    }

    /** How many events it holds. */
    int events() {
        return events.size();
    }

    /** Those that it holds twice. */
    List<String> repeated() {
        return repeated;
    }

    /** How many of its events nobody heard: of the last moments of an engine. */
    long unheard(Set<String> heard) {
        return events.stream().filter(event -> !heard.contains(event)).count();
    }

    /** Those of {@code heard} that it does not hold. */
    List<String> missing(Set<String> heard) {
        return heard.stream().filter(event -> !events.contains(event)).toList();
    }

    /** Those of {@code missing} for which it has no gap. */
    List<String> unexplained(List<String> missing) throws IOException {
        List<String> unexplained = new ArrayList<>();
        for (String event : missing) {
            long time = JSON.readTree(event).path("timeNano").asLong();
            if (!isInGap(Kind.EVENT, "", time)
                    && unsettled.stream()
                            .noneMatch(each -> each.from() <= time && (each.to() == 0 || time <= each.to()))) {
                unexplained.add(event);
            }
        }
        return unexplained;
    }

    /** The gaps in which records of a kind are missing. */
    List<Gap> gaps(Kind kind) {
        return gaps.stream()
                .filter(gap -> gap.kind().isEmpty() || gap.kind().equals(kind.label()))
                .toList();
    }

    /** The questions that nothing answers. */
    List<Mark.Unsettled> unsettled() {
        return unsettled;
    }

    /** When each run began, ns since the epoch. */
    List<Long> starts() {
        return starts;
    }

    private boolean isInGap(Kind kind, String subject, long time) {
        return gaps(kind).stream()
                .anyMatch(gap -> (gap.subject().isEmpty() || gap.subject().equals(subject))
                        && gap.from() <= time
                        && time <= gap.to());
    }

    /** The lines of a container's log, as {@link EngineLog} has them. */
    List<String> lines(String id) {
        return EngineLog.recorded(logs, id);
    }

    /**
     * What is wrong with the lines of a container, held against what the engine wrote: lines that are missing without a gap,
     * then those that are there twice, out of order, or out of nowhere.
     */
    List<String> faults(String id, List<String> written) {
        List<String> faults = new ArrayList<>();
        List<String> recorded = lines(id);
        Set<String> known = new HashSet<>(recorded);
        int next = 0;
        for (String line : written) {
            if (next < recorded.size() && recorded.get(next).equals(line)) {
                next++;
            } else if (known.contains(line) || !isInGap(Kind.LOG, id, time(line))) {
                faults.add("missing: " + line.strip());
            }
        }
        recorded.subList(next, recorded.size()).forEach(line -> faults.add("too many: " + line.strip()));
        return faults;
    }

    private static long time(String line) {
        Instant time = Instant.parse(line.split(" ", 3)[1]);
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }
}
