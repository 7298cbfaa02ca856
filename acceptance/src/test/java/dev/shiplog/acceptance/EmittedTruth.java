package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Holds a journal against what a scripted engine emitted, record by record, with one cursor that stays open over all lives
 * and deaths of the recorder: each event is there once and in order, so is each line of each log, no sample comes twice,
 * and no gap is stated among events and lines.
 */
final class EmittedTruth implements Closeable {
    private final ScriptedEngine engine;
    private final Path journal;
    private final String as;
    private final Emitted events;
    private final Map<String, Emitted> logs = new HashMap<>();
    private final Map<String, Long> newestSamples = new HashMap<>();
    private final Map<MarkType, Integer> marks = new EnumMap<>(MarkType.class);
    private final Map<String, Integer> gaps = new TreeMap<>();
    /** Of each record a number that says whether it is the same later. */
    private final List<Integer> digests = new ArrayList<>();

    private int samples;
    /** Of the payloads of all samples, whatever their order. */
    private long samplesSum;

    private Cursor cursor;

    /** @param as in each message of a failure, as the seed */
    EmittedTruth(ScriptedEngine engine, Path journal, String as) {
        this.engine = engine;
        this.journal = journal;
        this.as = as;
        this.events = new Emitted("event", engine::emitted);
    }

    /** What one source emitted in order, and how much of it is in the journal. */
    private final class Emitted {
        private final String what;
        private final IntFunction<List<byte[]>> after;
        private List<byte[]> next = List.of();
        private int taken;
        private int recorded;

        /** @param after gives all that was emitted but the first so many */
        Emitted(String what, IntFunction<List<byte[]>> after) {
            this.what = what;
            this.after = after;
        }

        void record(byte[] payload) {
            if (taken == next.size()) {
                next = after.apply(recorded);
                taken = 0;
            }
            byte[] expected = taken < next.size() ? next.get(taken++) : new byte[0];
            if (!Arrays.equals(payload, expected)) {
                throw new AssertionError("%s %d in the journal is%n%s, emitted was%n%s; record %d, %s"
                        .formatted(what, recorded, text(payload), text(expected), digests.size(), as));
            }
            recorded++;
        }

        int missing() {
            return after.apply(recorded).size();
        }
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8).strip();
    }

    /** Judges what the journal holds more by now. */
    void catchUp() throws IOException {
        if (cursor == null) {
            if (!isBegun()) {
                return;
            }
            cursor = Cursor.open(List.of(journal));
        }
        for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
            if (step != Cursor.Step.RECORD) {
                throw new AssertionError("a live reader met " + step + " " + cursor.loss() + ", " + as);
            }
            take(cursor.record().toRecord());
        }
    }

    private void take(Record record) {
        assertThat(record.sequence()).as(as).isEqualTo(digests.size() + 1);
        digests.add(digest(record));
        switch (record.kind()) {
            case EVENT -> events.record(record.payload());
            case LOG -> log(record.subject()).record(record.payload());
            case STATS -> {
                samples++;
                samplesSum += Arrays.hashCode(record.payload());
                Long before = newestSamples.put(record.subject(), record.time());
                assertThat(before == null || before < record.time())
                        .as("a sample twice, or late: record %d, %s", record.sequence(), as)
                        .isTrue();
            }
            case MARK -> {
                marks.merge(
                        Objects.requireNonNull(MarkType.of(record.payload(), record.payload().length)),
                        1,
                        Integer::sum);
                look(mark(record));
            }
            default -> {}
        }
    }

    private void look(Mark mark) {
        if (mark instanceof Mark.Gap gap) {
            gaps.merge(gap.kind(), 1, Integer::sum);
            assertThat(gap.kind()).as("%s, %s", gap, as).isNotIn("event", "log");
        }
    }

    private Emitted log(String id) {
        return logs.computeIfAbsent(id, made -> new Emitted("line of " + id, from -> engine.logged(id, from)));
    }

    private static Mark mark(Record record) {
        try {
            return Mark.fromJson(record.payload());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the whole journal anew: it is what it was when its records were judged. */
    void readAgain() throws IOException {
        List<Integer> now = new ArrayList<>();
        if (isBegun()) {
            RecordedJournal.read(journal, as, record -> now.add(digest(record)));
        }
        assertThat(now.equals(digests))
                .as("%d records read again are the %d read before, %s", now.size(), digests.size(), as)
                .isTrue();
    }

    /** A recorder that was killed early leaves an empty directory, or none. */
    private boolean isBegun() throws IOException {
        if (!Files.exists(journal)) {
            return false;
        }
        try (Stream<Path> files = Files.list(journal)) {
            return files.findAny().isPresent();
        }
    }

    private static int digest(Record record) {
        return Objects.hash(
                record.sequence(),
                record.kind().ordinal(),
                record.subject(),
                record.time(),
                record.received(),
                record.monotonic(),
                Arrays.hashCode(record.payload()));
    }

    /** How many events and lines of these containers' logs are not in the journal. */
    int missing(List<String> ids) {
        return events.missing() + ids.stream().mapToInt(id -> log(id).missing()).sum();
    }

    int records() {
        return digests.size();
    }

    int events() {
        return events.recorded;
    }

    int lines() {
        return logs.values().stream().mapToInt(log -> log.recorded).sum();
    }

    int samples() {
        return samples;
    }

    /** The sum of {@link Arrays#hashCode(byte[])} of all samples. */
    long samplesSum() {
        return samplesSum;
    }

    /** How many gaps are stated, by kind. */
    Map<String, Integer> gaps() {
        return gaps;
    }

    int marks(MarkType type) {
        return marks.getOrDefault(type, 0);
    }

    @Override
    public void close() throws IOException {
        if (cursor != null) {
            cursor.close();
        }
    }
}
