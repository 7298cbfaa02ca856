package dev.shiplog.replay.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.export.LogJoin.Continuation;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.testkit.LogLines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Joining, beside one that has all records in memory and looks back for what each goes on from. */
class LogJoinTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final Origin.Place HERE = new Origin.Place("j", "h");

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** What came of records: the sequence of the first, and the lines of all. */
    private record Joined(long sequence, long time, String subject, String text) {}

    private static Record record(String subject, int stream, long time, String line) {
        byte[] text = line.getBytes(ISO_8859_1);
        Bytes payload = new Bytes(64);
        payload.put(stream);
        payload.putNanoTime(time);
        payload.put(' ');
        payload.put(text);
        return new Record(0, Kind.LOG, subject, time, time + 1_000_000, time, payload.toArray());
    }

    private static List<Record> numbered(List<Record> records) {
        List<Record> numbered = new ArrayList<>();
        for (Record record : records) {
            numbered.add(record.withSequence(numbered.size() + 1L));
        }
        return numbered;
    }

    private static Joined joined(Record record) {
        return new Joined(record.sequence(), record.time(), record.subject(), new String(record.payload(), ISO_8859_1));
    }

    private static List<Joined> join(List<Record> records, LogJoin join) {
        List<Joined> joined = new ArrayList<>();
        LogJoin.Taker taker = (record, place) -> {
            assertThat(place).isEqualTo(HERE);
            joined.add(joined(record.toRecord()));
        };
        Coded.each(records, record -> join.take(record, HERE, taker));
        join.end(taker);
        return joined;
    }

    /** Each record looks for the last of its stream. */
    private static List<Joined> plainly(List<Record> records, Continuation continuation) {
        List<List<Record>> groups = new ArrayList<>();
        for (Record record : records) {
            List<Record> before = null;
            for (List<Record> group : groups) {
                Record first = group.get(0);
                if (first.subject().equals(record.subject()) && first.payload()[0] == record.payload()[0]) {
                    before = group;
                }
            }
            Record last = before == null ? record : before.get(before.size() - 1);
            boolean isCut = !text(last).endsWith("\n");
            String line = text(record).replaceFirst("\r?\n\\z", "");
            boolean isLate = record.time() - last.time() > PATIENCE || record.received() - last.received() > PATIENCE;
            if (before != null && !isLate && (isCut || continuation.isContinued(line.getBytes(ISO_8859_1)))) {
                before.add(record);
            } else {
                groups.add(new ArrayList<>(List.of(record)));
            }
        }
        return groups.stream()
                .map(group -> {
                    StringBuilder text =
                            new StringBuilder(new String(group.get(0).payload(), ISO_8859_1));
                    group.subList(1, group.size()).forEach(record -> text.append(text(record)));
                    Record first = group.get(0);
                    return new Joined(first.sequence(), first.time(), first.subject(), text.toString());
                })
                .toList();
    }

    private static String text(Record record) {
        return new String(record.payload(), 32, record.payload().length - 32, ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"never", "indented", "regex"})
    void joinsWhateverIsCutAndInterleaved(String how) {
        Continuation continuation = switch (how) {
            case "never" -> Continuation.NEVER;
            case "indented" -> Continuation.INDENTED;
            default -> line -> !new String(line, ISO_8859_1).startsWith("2023-");
        };
        for (int round = 0; round < 15; round++) {
            List<Record> records = interleaved(400);
            List<Joined> expected = plainly(records, continuation);
            String as = how + ", seed " + seed + ", round " + round;
            List<Joined> got = join(records, new LogJoin(continuation));
            for (int k = 0; k < Math.max(got.size(), expected.size()); k++) {
                assertThat(k < got.size() ? got.get(k) : null)
                        .as("group " + k + ", " + as)
                        .isEqualTo(k < expected.size() ? expected.get(k) : null);
            }
            assertThat(expected).as(as).hasSizeBetween(1, records.size() - 1);
            assertThat(joinedText(join(records, new LogJoin(continuation, 700))))
                    .as("with little memory, " + as)
                    .isEqualTo(
                            joinedText(records.stream().map(LogJoinTest::joined).toList()));
        }
    }

    /** All lines of each stream, whatever the records. */
    private static String joinedText(List<Joined> all) {
        StringBuilder text = new StringBuilder();
        for (String stream : List.of("a1", "a2", "b1", "b2", "c1", "c2")) {
            text.append('\n').append(stream).append('\n');
            for (Joined each : all) {
                if ((each.subject + (int) each.text.charAt(0)).equals(stream)) {
                    text.append(each.text, 32, each.text.length());
                }
            }
        }
        return text.toString();
    }

    /** Stack traces of three containers on two streams each, cut at random places, with pauses at times. */
    private List<Record> interleaved(int count) {
        List<LogLines> programs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            programs.add(new LogLines(LogLines.Program.TRACES, random.nextLong(), 1_700_000_000_000_000_000L, 100));
        }
        List<List<String>> pieces = new ArrayList<>();
        for (LogLines lines : programs) {
            List<String> ofOne = new ArrayList<>();
            for (int i = 0; i < count / 6; i++) {
                String rest = lines.next().text() + (random.nextInt(10) == 0 ? "\r\n" : "\n");
                while (random.nextInt(3) == 0 && rest.length() > 2) {
                    int at = 1 + random.nextInt(rest.length() - 1);
                    ofOne.add(rest.substring(0, at));
                    rest = rest.substring(at);
                }
                ofOne.add(rest);
            }
            pieces.add(ofOne);
        }
        List<Record> records = new ArrayList<>();
        long time = 1_700_000_000_000_000_000L;
        while (pieces.stream().anyMatch(left -> !left.isEmpty())) {
            int which = random.nextInt(6);
            if (pieces.get(which).isEmpty()) {
                continue;
            }
            time += random.nextInt(20) == 0 ? random.nextLong(2 * PATIENCE) : random.nextLong(PATIENCE / 100);
            records.add(record(
                    List.of("a", "b", "c").get(which / 2),
                    1 + which % 2,
                    time,
                    pieces.get(which).remove(0)));
        }
        return numbered(records);
    }

    @Test
    void handsALineOutAtOnceIfItIsWholeAndNothingWaits() {
        LogJoin join = new LogJoin(Continuation.NEVER);
        List<String> seen = new ArrayList<>();
        Coded.each(
                numbered(List.of(
                        record("a", 1, 1_000, "one\n"),
                        record("a", 1, 2_000, "tw"),
                        record("b", 1, 3_000, "behind\n"),
                        record("a", 1, 4_000, "o\n"),
                        record("a", 1, 5_000, "three\n"))),
                record -> {
                    join.take(record, HERE, (joined, place) -> seen.add(text(joined.toRecord())));
                    seen.add("|");
                });
        assertThat(seen).containsExactly("one\n", "|", "|", "|", "two\n", "behind\n", "|", "three\n", "|");
    }

    @Test
    void aLineWaitsFiveSecondsByTheRecordersClock() {
        LogJoin join = new LogJoin(Continuation.INDENTED);
        List<String> seen = new ArrayList<>();
        LogJoin.Taker taker = (joined, place) -> seen.add(text(joined.toRecord()));
        Record one = record("a", 1, 1_700_000_000_000_000_000L, "one\n").withSequence(1);
        Coded.each(List.of(one), record -> join.take(record, HERE, taker));
        join.idle(one.received() + PATIENCE, taker);
        assertThat(seen).isEmpty();
        join.idle(one.received() + PATIENCE + 1, taker);
        assertThat(seen).containsExactly("one\n");
        join.end(taker);
        assertThat(seen).hasSize(1);
    }

    @Test
    void aPlaceEndsWhatAnotherBegan() {
        LogJoin join = new LogJoin(Continuation.INDENTED);
        List<String> seen = new ArrayList<>();
        LogJoin.Taker taker = (joined, place) -> seen.add(place.journal() + ":" + text(joined.toRecord()));
        Coded.each(
                numbered(List.of(record("a", 1, 1_000, "one\n"), record("a", 1, 2_000, " two\n"))),
                record -> join.take(record, new Origin.Place("j" + record.sequence(), "h"), taker));
        join.end(taker);
        assertThat(seen).containsExactly("j1:one\n", "j2: two\n");
    }

    @Test
    void aLineOfAnyLengthComesBackWhole() {
        byte[] line = new byte[3 << 20];
        random.nextBytes(line);
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == '\n' ? 0 : line[i];
        }
        List<Record> records = new ArrayList<>();
        for (int at = 0; at < line.length; at += 1 << 14) {
            String piece = new String(Arrays.copyOfRange(line, at, at + (1 << 14)), ISO_8859_1);
            records.add(record("a", 1, 1_000 + at, at + (1 << 14) < line.length ? piece : piece + "\n"));
        }
        List<Joined> joined = join(numbered(records), new LogJoin(Continuation.NEVER));
        assertThat(joined).hasSize(1);
        assertThat(joined.get(0).text.substring(32).equals(new String(line, ISO_8859_1) + "\n"))
                .as("seed " + seed)
                .isTrue();
    }
}
