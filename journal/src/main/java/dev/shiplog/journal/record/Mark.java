package dev.shiplog.journal.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recorder's own voice: what it did, what happened to it, and what it did not see. Absence is data: a stretch that
 * was not recorded, or may not have been, is a {@link Gap}.
 *
 * <p>The payload of a {@link Kind#MARK} record is one of these as JSON, {@code {"mark":"gap","from":…}}. All times are
 * ns since the epoch; for people the same stands under {@code NAME_rfc3339}, unless it is 0, which is not known. A reader
 * ignores members that it does not know.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "mark")
public sealed interface Mark {
    /** The recorder started. {@code configuration} is what it runs with, secrets left out. */
    record Start(String version, Map<String, String> configuration) implements Mark {}

    /** The recorder ended as it was asked to; nothing after this record was seen. */
    record CleanStop(String reason) implements Mark {}

    /** Found at start: the run before ended without {@link CleanStop}; {@code last} is its last record's receipt. */
    record UncleanStop(long last, long lastSequence) implements Mark {
        @JsonProperty("last_rfc3339")
        @Nullable
        String lastText() {
            return MarkJson.rfc3339(last);
        }
    }

    /**
     * The head of a segment: {@code events} are the keys of the newest events that the journal holds (see the recorder's
     * event source), in one string with spaces between them, so that they flatten into one field; {@code containers} of
     * the records that follow are the snapshot of what exists now.
     */
    record SegmentStart(String events, int containers) implements Mark {}

    /** The engine answers. */
    record EngineUp(String engineId, String version, String apiVersion) implements Mark {}

    /** The engine does not answer, or no longer. */
    record EngineDown(String reason) implements Mark {}

    /**
     * Records of {@code kind} (of {@code subject}, unless that is empty) with a time between {@code from} and {@code to}
     * were not recorded, or may not have been.
     */
    record Gap(String kind, String subject, long from, long to, String reason) implements Stretch {}

    /**
     * It is not known yet whether events with a time between {@code from} and {@code to} (0: the next event's) are missing:
     * the events that follow are recorded at once, and what the engine repeats of older ones has not met the journal.
     * {@code reason} is why nobody listened. A {@link Settled} or a {@link Gap} of events answers it; where neither
     * follows, they may be missing.
     */
    record Unsettled(long from, long to, String reason) implements Stretch {}

    /** The answer to {@link Unsettled}: no event is missing since {@code from}. */
    record Settled(long from) implements Mark {
        @JsonProperty("from_rfc3339")
        @Nullable
        String fromText() {
            return MarkJson.rfc3339(from);
        }
    }

    /**
     * A message of {@code kind} was too long to be recorded: {@code length} bytes, of which {@code head} is what is known
     * of the beginning. {@code key} is what an event is known by when the engine repeats it, as in {@link SegmentStart}.
     */
    record Oversized(String kind, String subject, long length, String head, String key) implements Mark {}

    /** A change of state that no event told of, found by listing: {@code change} is in an event's own words. */
    record Synthetic(String subject, String change, String name) implements Mark {}

    /** {@code count} records of {@code kind} were dropped between {@code from} and {@code to}. */
    record Dropped(String kind, long count, long from, long to, String reason) implements Stretch {}

    /** The wall clock moved by {@code step} ns against the monotonic clock. */
    record ClockStep(long step) implements Mark {}

    /** Damage found by the writer in {@code segment}, which was set aside as it is. */
    record Damage(String segment, long offset, String reason) implements Mark {}

    /** What redaction took out of payloads of {@code subject}: the paths, never the values. */
    record Redaction(String subject, String rule, List<String> removed) implements Mark {}

    /** What it says. */
    default MarkType type() {
        return MarkType.of(getClass());
    }

    /** The bytes of a record's payload. */
    default byte[] toJson() {
        try {
            return MarkJson.MAPPER.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IOException if it is not a mark that this version knows
     */
    static Mark fromJson(byte[] payload) throws IOException {
        return MarkJson.MAPPER.readValue(payload, Mark.class);
    }
}

/** A mark that tells of a stretch of time. */
sealed interface Stretch extends Mark {
    long from();

    long to();

    @JsonProperty("from_rfc3339")
    default @Nullable String fromText() {
        return MarkJson.rfc3339(from());
    }

    @JsonProperty("to_rfc3339")
    default @Nullable String toText() {
        return MarkJson.rfc3339(to());
    }
}

/** Holds the one mapper, so that it is made when the first mark is. */
final class MarkJson {
    static final ObjectMapper MAPPER = mapper();

    /** As many decimals as there are, as everywhere else in what is exported. */
    private static final DateTimeFormatter RFC3339 =
            new DateTimeFormatterBuilder().appendInstant(-1).toFormatter(Locale.ROOT);

    private MarkJson() {}

    private static ObjectMapper mapper() {
        ObjectMapper mapper = new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        for (MarkType type : MarkType.values()) {
            mapper.registerSubtypes(new NamedType(type.content(), type.label()));
        }
        return mapper;
    }

    /** The time as text; null for 0, which stands for one that is not known. */
    static @Nullable String rfc3339(long epochNanos) {
        return epochNanos == 0 ? null : RFC3339.format(Instant.ofEpochSecond(0, epochNanos));
    }
}
