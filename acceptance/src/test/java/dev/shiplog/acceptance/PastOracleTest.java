package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.recorder.source.SimulatedEngine.Seen;
import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.MomentReader;
import dev.shiplog.replay.past.UsageAt;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a journal says of any moment, beside somebody who saw everything. {@code -Dshiplog.seeds=N} plays so many histories,
 * from {@code -Dshiplog.seed=N} on, and asks {@code -Dshiplog.moments=N} questions of each. A seed repeats its history.
 */
@Tag("once")
class PastOracleTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final int SEEDS = Integer.getInteger("shiplog.seeds", 20);
    private static final int MOMENTS = Integer.getInteger("shiplog.moments", 50);

    @TempDir
    private Path directory;

    private final long first = Long.getLong("shiplog.seed", 1);
    private long seed;
    private Random random = new Random();
    private int certain;
    private int unknown;

    @Test
    void aJournalSaysOfAMomentWhatWasSoOrThatItIsNotKnown() throws Exception {
        for (int i = 0; i < SEEDS; i++) {
            seed = first + i;
            random = new Random(~seed);
            Path here = Files.createDirectory(directory.resolve("history-" + i));
            try (PastHistory history = new PastHistory(here, seed)) {
                history.happen(240, 12);
                for (int k = 0; k < MOMENTS; k++) {
                    check(history.journal(), moment(history.truth()), history.truth());
                }
            }
        }
        assertThat(certain).as("certain answers, seed %d", first).isGreaterThan(SEEDS * MOMENTS / 2);
        assertThat(unknown).as("other answers, seed %d", first).isGreaterThan(SEEDS * MOMENTS / 50);
    }

    /** What damage took is not known; around it, what is known is right. */
    @Test
    void whatIsCertainBesideDamageIsRight() throws Exception {
        for (int i = 0; i < Math.max(1, SEEDS / 10); i++) {
            seed = first + i;
            random = new Random(~seed);
            Path here = Files.createDirectory(directory.resolve("damaged-" + i));
            try (PastHistory history = new PastHistory(here, seed)) {
                history.happen(240, 12);
                Path damaged = here.resolve("noise");
                PastHistory.copy(history.journal(), damaged);
                List<Path> segments = segments(damaged);
                damage(segments.get(segments.size() / 2));
                Path gone = here.resolve("gone");
                PastHistory.copy(history.journal(), gone);
                Files.delete(segments(gone).get(segments.size() / 2));
                Files.delete(segments(gone).get(0));
                for (int k = 0; k < MOMENTS; k++) {
                    checkCertain(damaged, moment(history.truth()), history.truth());
                    checkCertain(gone, moment(history.truth()), history.truth());
                }
            }
        }
        assertThat(certain).as("certain answers, seed %d", first).isGreaterThan(MOMENTS / 2);
    }

    private void checkCertain(Path journal, long moment, PastTruth truth) throws IOException {
        HostAt host = read(journal, moment, Branch.none());
        if (host.unknown() != null) {
            return;
        }
        certain++;
        if (!fits(host, truth.at(truth.noticed(moment)))) {
            throw new AssertionError(wrong("wrong beside damage", host, journal, moment, truth));
        }
    }

    private static List<Path> segments(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .filter(file -> !file.getFileName().toString().startsWith("metadata"))
                    .sorted()
                    .toList();
        }
    }

    private void damage(Path segment) throws IOException {
        byte[] all = Files.readAllBytes(segment);
        int used = 0;
        for (int i = 0; i < all.length; i++) {
            used = all[i] == 0 ? used : i;
        }
        byte[] noise = new byte[64];
        random.nextBytes(noise);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(used / 4 + random.nextLong(used / 2));
            file.write(noise);
        }
    }

    /** Somewhere, often just about an event or the end of a break. */
    private long moment(PastTruth truth) {
        List<Long> times = truth.times();
        long from = times.get(0);
        long to = times.get(times.size() - 1);
        long nanos = switch (random.nextInt(3)) {
            case 0 -> from - 10 * SECOND + random.nextLong(to - from + 20 * SECOND);
            case 1 -> times.get(random.nextInt(times.size())) + random.nextLong(-5 * MILLI, 5 * MILLI);
            default -> times.get(random.nextInt(times.size())) + random.nextLong(-2 * SECOND, 2 * SECOND);
        };
        return truth.moment(nanos);
    }

    private void check(Path journal, long moment, PastTruth truth) throws IOException {
        Branch<ConsumptionMeter> meter =
                new Branch<>(new ConsumptionMeter(), ConsumptionMeter::apply, ConsumptionMeter::copy);
        HostAt host = read(journal, moment, meter);
        long nanos = truth.noticed(moment);
        PastTruth.Span must = truth.unknown(nanos);
        if (host.unknown() != null) {
            unknown++;
            if (!truth.mayBeUnknown(moment, nanos)) {
                throw new AssertionError(wrong("not known: " + host.unknown(), host, journal, moment, truth));
            }
            return;
        }
        certain++;
        if (must != null) {
            throw new AssertionError(wrong("known, though " + must, host, journal, moment, truth));
        }
        if (!fits(host, truth.at(nanos))) {
            throw new AssertionError(wrong("wrong", host, journal, moment, truth));
        }
        checkSamples(host, meter.get(), journal, moment, truth);
    }

    private void checkSamples(HostAt host, ConsumptionMeter meter, Path journal, long moment, PastTruth truth)
            throws IOException {
        long nanos = truth.noticed(moment);
        for (UsageAt usage : UsageAt.of(List.of(host), meter, container -> true)) {
            String id = usage.container().container().id();
            Consumption shown = usage.container().isAlive() ? usage.last() : null;
            long wanted = usage.container().isAlive() ? truth.sample(id, nanos) : 0;
            // It is old, or seems to be of an earlier life, since the clock was set back, or the start was found in a
            // list.
            boolean isNone = shown == null
                    && (wanted < moment - 60 * SECOND
                            || wanted < usage.container().started()
                            || usage.container().isListed());
            if (!isNone && (shown == null ? 0 : shown.time()) != wanted) {
                String what = "sample of " + id + ": " + (shown == null ? 0 : shown.time() - moment) + ", not "
                        + (wanted - moment);
                throw new AssertionError(wrong(what, host, journal, moment, truth));
            }
        }
    }

    private static boolean fits(HostAt host, Map<String, Seen> answer) {
        return host.state().containers().size() == answer.size()
                && host.state().containers().stream()
                        .allMatch(container ->
                                fits(container, answer.get(container.container().id())));
    }

    private static boolean fits(ContainerState container, @Nullable Seen seen) {
        return seen != null
                && container.status().name().toLowerCase(Locale.ROOT).equals(seen.status())
                && container.container().name().equals(seen.name())
                && container.created() == seen.created()
                && container.started() == seen.started()
                && container.finished() == seen.finished()
                && container.oomKilled() == seen.oomKilled()
                && (!seen.status().equals("exited") || Objects.equals(container.exitCode(), seen.exitCode()))
                && (!seen.isAlive()
                        || seen.health().equals("starting")
                        || container.health().equals(seen.health()));
    }

    /** What is wrong, and the records of each container of which something is. */
    private String wrong(String what, HostAt host, Path journal, long moment, PastTruth truth) throws IOException {
        long nanos = truth.noticed(moment);
        StringBuilder text = new StringBuilder("seed " + seed + ", at " + moment + " (" + nanos / 1e9 + " of "
                + truth.comings(moment) + "): " + what + "\n");
        truth.uncertain.forEach(span -> text.append(span.holds(nanos) ? span + "\n" : ""));
        Set<String> ids = differences(text, host, truth.at(nanos));
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                RecordView record = step == Cursor.Step.RECORD ? cursor.record() : null;
                if (record != null
                        && record.kind() != Kind.STATS
                        && (ids.isEmpty() || ids.contains(record.subject()) || record.kind() == Kind.MARK)
                        && Math.abs(record.received() - moment) < 60 * SECOND
                        && !EventView.scan(record.payload().toArray()).action().startsWith("exec_")) {
                    text.append(line(record, moment));
                }
            }
        }
        return text.toString();
    }

    private static Set<String> differences(StringBuilder text, HostAt host, Map<String, Seen> answer) {
        Set<String> ids = new TreeSet<>(answer.keySet());
        host.state().containers().forEach(found -> ids.add(found.container().id()));
        ids.removeIf(id -> host.state().get(id) != null && fits(host.state().get(id), answer.get(id)));
        for (String id : ids) {
            ContainerState found = host.state().get(id);
            text.append("was " + answer.get(id) + "\nfound " + (found == null ? null : text(found)) + "\n");
        }
        return ids;
    }

    private static String line(RecordView record, long moment) {
        String payload = new String(record.payload().toArray(), StandardCharsets.UTF_8);
        int state = Math.max(0, payload.indexOf("\"Name\""));
        return String.format(
                Locale.ROOT,
                "%4d %+10.4f %+10.4f %12.4f %s%s %s%n",
                record.sequence(),
                (record.time() - moment) / 1e9,
                (record.received() - moment) / 1e9,
                record.monotonic() / 1e9,
                record.restated() ? "again " : "",
                record.kind(),
                payload.substring(
                        state, Math.min(payload.length(), state + (payload.contains("segment-start") ? 30 : 300))));
    }

    private static String text(ContainerState container) {
        return container.container().id() + " " + container.container().name() + " " + container.status() + " created "
                + container.created() + " started " + container.started() + " finished " + container.finished()
                + " code " + container.exitCode() + " oom " + container.oomKilled() + " health " + container.health();
    }

    private static HostAt read(Path journal, long moment, Branch<?> also) throws IOException {
        MomentReader host = new MomentReader(moment, also);
        try (Reading reading =
                Reading.openWhole(List.of(journal), MomentReader.query(moment), Map.of(), InstantSource.system())) {
            while (true) {
                Reading.Step step = reading.next();
                host.step(step, reading);
                if (step instanceof Reading.End) {
                    return host.result(reading.received(), false);
                }
            }
        }
    }
}
