package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the recorder says about itself, and what is missing, as events of the type {@value #TYPE}, to stand among the
 * engine's. The action is the mark's name in the journal. Pure.
 */
public final class RecorderEvents {
    /** No engine has events of this type. */
    public static final String TYPE = "shiplog";

    private RecorderEvents() {}

    /** The event that a mark is; null for one that tells people nothing, or that a gap or another mark tells of. */
    public static @Nullable EventView of(Record mark) {
        MarkType type = MarkType.of(mark.payload(), mark.payload().length);
        if (type == null) {
            return null; // of a later version
        }
        return switch (type) {
            case START,
                    CLEAN_STOP,
                    UNCLEAN_STOP,
                    ENGINE_UP,
                    ENGINE_DOWN,
                    SYNTHETIC,
                    CLOCK_STEP,
                    DAMAGE,
                    RETENTION,
                    NOTE,
                    BURST,
                    EXECS -> parsed(mark, type);
            case SEGMENT_START,
                    GAP,
                    UNSETTLED,
                    SETTLED,
                    OVERSIZED,
                    DROPPED,
                    REDACTION,
                    LOG_POSITION,
                    EVENT_COUNT,
                    COUNTS -> null;
        };
    }

    private static @Nullable EventView parsed(Record record, MarkType type) {
        Mark mark;
        try {
            mark = Mark.fromJson(record.payload());
        } catch (IOException e) {
            return null; // of a later version
        }
        long time = mark instanceof Mark.UncleanStop stop && stop.last() != 0 ? stop.last() : record.time();
        return event(type.label(), record.subject(), time, attributes(mark));
    }

    private static Map<String, String> attributes(Mark mark) {
        if (mark instanceof Mark.Start start) {
            return Map.of("version", start.version());
        } else if (mark instanceof Mark.CleanStop stop) {
            return Map.of("reason", stop.reason());
        } else if (mark instanceof Mark.EngineUp up) {
            return Map.of("version", up.version(), "apiVersion", up.apiVersion());
        } else if (mark instanceof Mark.EngineDown down) {
            return Map.of("reason", down.reason());
        } else if (mark instanceof Mark.Synthetic synthetic) {
            return Map.of("change", synthetic.change(), "name", synthetic.name());
        } else if (mark instanceof Mark.ClockStep clock) {
            return Map.of("step", seconds(clock.step()));
        } else if (mark instanceof Mark.Damage damage) {
            return Map.of("segment", damage.segment(), "reason", damage.reason());
        } else if (mark instanceof Mark.Retention retention) {
            return Map.of(
                    "segments", String.valueOf(retention.segments()),
                    "from", Times.format(retention.from()),
                    "to", Times.format(retention.to()),
                    "reason", retention.reason());
        } else if (mark instanceof Mark.Burst burst) {
            return Map.of("reason", burst.reason(), "until", Times.format(burst.until()));
        }
        if (mark instanceof Mark.Execs execs) {
            return counted(execs);
        }
        return mark instanceof Mark.Note note ? Map.of("text", note.text()) : Map.of();
    }

    private static Map<String, String> counted(Mark.Execs execs) {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "command", execs.command(),
                "created", String.valueOf(execs.created()),
                "started", String.valueOf(execs.started()),
                "died", String.valueOf(execs.died()),
                "from", Times.format(execs.from()),
                "to", Times.format(execs.to())));
        execs.exitCodes().forEach((code, times) -> attributes.put("exitCode" + code, String.valueOf(times)));
        return attributes;
    }

    /** With its sign, so that one sees where the clock went: {@code -3600.5s}. */
    private static String seconds(long nanos) {
        return (nanos > 0 ? "+" : "")
                + BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + "s";
    }

    /** The change of state that a {@code synthetic} mark tells of, as the event that the engine would have sent. */
    public static @Nullable EventView change(Record mark) {
        try {
            return Mark.fromJson(mark.payload()) instanceof Mark.Synthetic synthetic
                    ? new EventView(
                            "container",
                            synthetic.change(),
                            "local",
                            synthetic.subject(),
                            Map.of("name", synthetic.name()),
                            mark.time())
                    : null;
        } catch (IOException e) {
            return null; // of a later version
        }
    }

    /** A gap, at its beginning. */
    public static EventView of(Gap gap) {
        Map<String, String> attributes = new HashMap<>(Map.of("reason", gap.reason()));
        attributes.put("kind", gap.kind().isEmpty() ? "everything" : gap.kind());
        if (!gap.isOpen() && gap.type() != Gap.Type.MESSAGE) {
            attributes.put("to", Times.format(gap.to()));
        }
        if (gap.type() == Gap.Type.POSSIBLE) {
            attributes.put("missing", "perhaps");
        } else if (gap.count() > 0 || gap.type() == Gap.Type.MESSAGE) {
            attributes.put("missing", String.valueOf(Math.max(1, gap.count())));
        }
        return event(MarkType.GAP.label(), gap.subject(), gap.from(), attributes);
    }

    /** Records that are gone, after the last good one before them. */
    public static EventView of(Loss loss) {
        Loss.Received received = loss.received();
        Map<String, String> attributes = new HashMap<>(Map.of("segment", loss.segment(), "reason", loss.reason()));
        attributes.put("records", loss.records() < 0 ? "unknown" : String.valueOf(loss.records()));
        if (received.before() != 0) {
            attributes.put("to", Times.format(received.before()));
        }
        String action = loss.cause() == Loss.Cause.DELETED ? MarkType.RETENTION.label() : "loss";
        return event(action, "", received.after() == 0 ? received.before() : received.after(), attributes);
    }

    private static EventView event(String action, String subject, long time, Map<String, String> attributes) {
        return new EventView(TYPE, action, "local", subject, attributes, time);
    }
}
