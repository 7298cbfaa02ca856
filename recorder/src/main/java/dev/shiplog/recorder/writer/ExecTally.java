package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.ExecCommands;
import dev.shiplog.timeline.payload.EventView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Counts what runs within containers, by container, command and minute, for a {@link Mark.Execs} in place of the events.
 * The mark has the keys of the events that it counts, so that after a restart they are known, and those that were counted
 * and not written are counted again when the engine repeats them. Belongs to the writer's thread.
 */
final class ExecTally {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    /** The engine repeats no more than these. */
    private static final int MOST_KEYS = EventLedger.RING;
    /** More are written before their minute is over. */
    private static final int MOST_ROWS = 1_000;

    private static final int MOST_CHARACTERS = 1 << 20;

    private final ExecCommands commands = new ExecCommands();
    private final Map<Row, Counts> rows = new LinkedHashMap<>();
    /** Whose the newest keys are, in the order of these. */
    private final Deque<Counts> newest = new ArrayDeque<>();

    private long characters;
    /** In which the first of them was received. */
    private long minute;

    /** @param minute since the epoch, of the engine's own time */
    private record Row(String container, String command, long minute) {}

    private static final class Counts {
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        long created;
        long started;
        long died;
        final Map<String, Long> exitCodes = new TreeMap<>();
        final Deque<Long> keys = new ArrayDeque<>();
    }

    /** Counts an event, by what was made of it by redaction. */
    void count(Record event, long key) {
        if (rows.isEmpty()) {
            minute = event.received() / MINUTE;
        }
        EventView view = EventView.scan(event.payload());
        ExecCommands.Step step = ExecCommands.Step.of(view);
        Row row = new Row(event.subject(), commands.take(view), event.time() / MINUTE);
        Counts counts = rows.computeIfAbsent(row, first -> {
            characters += first.command.length();
            return new Counts();
        });
        counts.from = Math.min(counts.from, event.time());
        counts.to = Math.max(counts.to, event.time());
        counts.keys.add(key);
        newest.add(counts);
        if (newest.size() > MOST_KEYS) {
            newest.remove().keys.remove();
        }
        if (step == ExecCommands.Step.CREATED) {
            counts.created++;
        } else if (step == ExecCommands.Step.STARTED) {
            counts.started++;
        } else {
            counts.died++;
            counts.exitCodes.merge(view.attribute("exitCode"), 1L, Long::sum);
        }
    }

    /** The keys of the events that were counted, and that no mark has yet. */
    Set<Long> keys() {
        Set<Long> keys = new HashSet<>();
        rows.values().forEach(counts -> keys.addAll(counts.keys));
        return keys;
    }

    /**
     * What is to be written, once the minute is over.
     *
     * @param isLast whether the run ends, so that it is over in any case
     */
    List<Record> due(Clock.Reading now, boolean isLast) {
        boolean isOver = isLast || now.received() / MINUTE != minute;
        if (rows.isEmpty() || !isOver && rows.size() < MOST_ROWS && characters < MOST_CHARACTERS) {
            return List.of();
        }
        List<Record> marks = rows.entrySet().stream()
                .map(row -> record(mark(row.getKey(), row.getValue()), now))
                .toList();
        rows.clear();
        newest.clear();
        characters = 0;
        return marks;
    }

    private static Mark.Execs mark(Row row, Counts counts) {
        String keys = counts.keys.stream().map(HexFormat.of()::toHexDigits).collect(Collectors.joining(" "));
        return new Mark.Execs(
                row.container,
                row.command,
                counts.from,
                counts.to,
                counts.created,
                counts.started,
                counts.died,
                counts.exitCodes,
                keys);
    }

    /** Of the time of the last event that it counts. */
    private static Record record(Mark.Execs mark, Clock.Reading now) {
        return new Record(0, Kind.MARK, mark.subject(), mark.to(), now.received(), now.monotonic(), mark.toJson());
    }
}
