package dev.shiplog.recorder.control;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Tally;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link Status} as one JSON object. What is not known is left out. */
final class StatusJson {
    private static final double SECOND = 1e9;

    private StatusJson() {}

    static String of(Status status) {
        Bytes out = new Bytes(2048);
        put(members(status), out);
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8) + "\n";
    }

    private static Map<String, Object> members(Status status) {
        Tally tally = status.tally();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("recording_since", time(tally.started().received()));
        all.put("version", status.version());
        all.put("pid", status.pid());
        all.put("data_dir", status.directory());
        all.put("problems", status.problems());
        all.put("engine", engine(status.engine()));
        all.put("newest", newest(tally));
        Map<String, Object> waiting = new LinkedHashMap<>();
        waiting.put("records", status.waiting().records());
        waiting.put("oldest_seconds", rounded(status.waitedNanos() / SECOND));
        waiting.put("not_on_disk_seconds", rounded(status.unforcedNanos() / SECOND));
        all.put("waiting", waiting);
        all.put("run", run(status));
        if (status.containers() != Status.NO_CONTAINERS) {
            all.put("containers", status.containers());
            all.put("sockets", sockets(status.sockets()));
        }
        all.put("metrics", metrics(status.metrics()));
        all.put("disk", disk(status.disk(), tally.journal().growth().dailyBytes()));
        return all;
    }

    private static Map<String, Object> engine(EngineState engine) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("up", engine.up());
        members.put("since", time(engine.since()));
        if (!engine.version().isEmpty()) {
            members.put("version", engine.version());
        }
        if (!engine.apiVersion().isEmpty()) {
            members.put("api_version", engine.apiVersion());
        }
        if (!engine.up()) {
            members.put("reason", engine.reason());
        }
        members.put("reconnects", engine.reconnects());
        return members;
    }

    private static Map<String, Object> newest(Tally tally) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("sequence", tally.journal().sequence());
        if (tally.newestReceived() != 0) {
            members.put("received", time(tally.newestReceived()));
        }
        members.put("segment", tally.journal().segment());
        return members;
    }

    private static Map<String, Object> run(Status status) {
        Tally tally = status.tally();
        Map<String, Object> members = new LinkedHashMap<>();
        Map<String, Object> records = new LinkedHashMap<>();
        tally.records().forEach((kind, count) -> records.put(kind.label(), count));
        members.put("records", records);
        members.put("bytes", tally.journal().bytes());
        members.put("samples_per_second", rounded(tally.sampleRate()));
        List<Object> dropped = new ArrayList<>();
        status.dropped()
                .forEach((kind, reasons) -> reasons.forEach((reason, count) -> {
                    Map<String, Object> drop = new LinkedHashMap<>();
                    drop.put("kind", kind.label());
                    drop.put("reason", reason);
                    drop.put("records", count);
                    dropped.add(drop);
                }));
        members.put("dropped", dropped);
        Tally.Gaps gaps = tally.gaps();
        members.put("gaps", gaps.count());
        if (gaps.last() != null) {
            members.put("last_gap", gap(gaps.last()));
        }
        return members;
    }

    private static Map<String, Object> gap(Mark.Gap gap) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("kind", gap.kind());
        members.put("subject", gap.subject());
        members.put("from", time(gap.from()));
        members.put("to", time(gap.to()));
        members.put("reason", gap.reason());
        return members;
    }

    private static Map<String, Object> metrics(Status.Metrics metrics) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("served", !metrics.address().isEmpty() && metrics.problem().isEmpty());
        if (!metrics.address().isEmpty()) {
            members.put("address", metrics.address());
        }
        if (!metrics.problem().isEmpty()) {
            members.put("reason", metrics.problem());
        }
        return members;
    }

    private static Map<String, Object> sockets(SocketsState sockets) {
        Map<String, Object> members = new LinkedHashMap<>();
        boolean read = !sockets.directory().isEmpty() && sockets.problem().isEmpty();
        members.put("read", read);
        if (!sockets.directory().isEmpty()) {
            members.put("host_proc", sockets.directory());
        }
        if (read) {
            members.put("containers", sockets.read());
            members.put("missing", sockets.missing());
            members.put("late", sockets.late());
            members.put("shm_refused", sockets.refused());
        }
        if (!sockets.problem().isEmpty()) {
            members.put("reason", sockets.problem());
        }
        return members;
    }

    private static Map<String, Object> disk(Status.Disk disk, long daily) {
        Map<String, Object> members = new LinkedHashMap<>();
        if (disk.freeBytes() >= 0) {
            members.put("free_bytes", disk.freeBytes());
        }
        members.put("min_free_bytes", disk.minFree());
        if (daily > 0) {
            members.put("growth_bytes_per_day", daily);
        }
        double days = disk.daysLeft(daily);
        if (days >= 0) {
            members.put("days_left", rounded(days));
        }
        members.put("keep_for_seconds", disk.limits().keepFor().toSeconds());
        members.put("keep_bytes", disk.limits().keepBytes());
        members.put("keep_until_archived", disk.limits().untilArchived());
        return members;
    }

    static String time(long epochNanos) {
        return Instant.ofEpochSecond(0, epochNanos).toString();
    }

    private static BigDecimal rounded(double number) {
        return BigDecimal.valueOf(number).setScale(1, RoundingMode.HALF_UP);
    }

    private static void put(@Nullable Object value, Bytes out) {
        if (value instanceof Map<?, ?> members) {
            String before = "{";
            for (Map.Entry<?, ?> member : members.entrySet()) {
                out.putAscii(before);
                JsonString.put(String.valueOf(member.getKey()), out);
                out.put(':');
                put(member.getValue(), out);
                before = ",";
            }
            out.putAscii(members.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> elements) {
            String before = "[";
            for (Object element : elements) {
                out.putAscii(before);
                put(element, out);
                before = ",";
            }
            out.putAscii(elements.isEmpty() ? "[]" : "]");
        } else if (value instanceof String text) {
            JsonString.put(text, out);
        } else {
            out.putAscii(String.valueOf(value));
        }
    }
}
