package dev.shiplog.journal.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
 * What the recorder says about itself: what it did, what happened to it, and what it did not see. What is missing is data
 * too: a stretch of time that was not recorded, or may not have been, is a {@link Gap}.
 *
 * <p>The payload of a {@link Kind#MARK} record is one of these as JSON, {@code {"mark":"gap","from":…}}, with the name
 * from {@link MarkType} first. All times are ns since the epoch, 0 for one that is not known; for people each is there
 * again as text, in a member {@code NAME_rfc3339}, unless it is 0. A reader ignores members that it does not know, and
 * takes those that are not there as empty.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "mark")
public sealed interface Mark {
    /** The recorder started. {@code configuration} is what it runs with, without secrets. */
    record Start(String version, Map<String, String> configuration) implements Mark {}

    /** The recorder stopped as it was asked to, and saw nothing after this record. */
    record CleanStop(String reason) implements Mark {}

    /** Found at a start: the run before ended without {@link CleanStop}. {@code last} is the receipt of its last record. */
    record UncleanStop(long last, long lastSequence) implements Mark {
        @JsonProperty("last_rfc3339")
        @Nullable
        String lastText() {
            return MarkJson.rfc3339(last);
        }
    }

    /**
     * A segment begins, with a snapshot of what is known. {@code events} are the keys of the newest events in the journal, in
     * one string with a space between each, so that they flatten into one field. {@code containers} is the number of
     * containers that are described next.
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
     * the events that follow are recorded at once, but none that the engine repeated is known to the journal yet.
     * {@code reason} is why nobody listened. A {@link Settled} or a {@link Gap} of events answers it; if neither follows,
     * events may be missing.
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
     * A message of {@code kind} was too long to be recorded. It had {@code length} bytes, and {@code head} is what is known
     * of their beginning. An event has a {@code key}, by which it is recognised when the engine repeats it, as in
     * {@link SegmentStart}.
     */
    record Oversized(String kind, String subject, long length, String head, String key) implements Mark {}

    /** A change of state that no event reported, found in a list of containers. {@code change} is an event's action. */
    record Synthetic(String subject, String change, String name) implements Mark {}

    /** {@code count} records of {@code kind} were dropped between {@code from} and {@code to}. */
    record Dropped(String kind, long count, long from, long to, String reason) implements Stretch {}

    /** The wall clock moved by {@code step} ns against the monotonic clock. */
    record ClockStep(long step) implements Mark {}

    /** The writer found damage in {@code segment}, and quarantined the file unchanged. */
    record Damage(String segment, long offset, String reason) implements Mark {}

    /**
     * The oldest segments of the journal are deleted, because its limits ask for it: {@code segments} of them, from
     * {@code firstSegment} to {@code lastSegment}, with records received between {@code from} and {@code to}, up to
     * {@code lastSequence} (0 if they belong to an older journal in the directory). The mark is on disk before the first
     * one goes, unless the disk was so full that not even this mark had room; a run that is killed in between may leave
     * some of them.
     */
    record Retention(
            String firstSegment,
            String lastSegment,
            int segments,
            long bytes,
            long lastSequence,
            long from,
            long to,
            String reason)
            implements Stretch {}

    /** What was redacted in payloads of {@code subject}: the paths, never the values. */
    record Redaction(String subject, String rule, List<String> removed) implements Mark {}

    /** What an operator says: a deployment, a change, a drill. */
    record Note(String text) implements Mark {}

    /**
     * Up to where the log of a container is in the journal: the newest time of its messages, how many of them have that
     * time, and how many came after those, with an earlier one. All that the engine gives after these is new. With an empty
     * {@code subject} and no messages: logs are recorded from that time on.
     */
    record LogPosition(String subject, long newest, long count, long after) implements Mark {
        @JsonProperty("newest_rfc3339")
        @Nullable
        String newestText() {
            return MarkJson.rfc3339(newest);
        }
    }

    /**
     * Between {@code from} and {@code to} the engine counted {@code engine} events, by its own metrics, and the recorder heard
     * {@code heard}, also those that the filters keep out. Where the numbers differ, the recorder missed events, or heard some
     * twice.
     */
    record EventCount(long from, long to, long engine, long heard) implements Stretch {}

    /** The container {@code subject} is sampled every second {@code until} then, because of {@code reason}. */
    record Burst(String subject, String reason, long until) implements Mark {
        @JsonProperty("until_rfc3339")
        @Nullable
        String untilText() {
            return MarkJson.rfc3339(until);
        }
    }

    /**
     * What ran within the container {@code subject}, in place of the events: so many times {@code command} (empty if that is
     * not known) was created, started and ended between {@code from} and {@code to}, within one minute, and how often with
     * which exit code. {@code events} are the keys of the newest of these events, as in {@link SegmentStart}. A minute may
     * have several such marks.
     */
    record Execs(
            String subject,
            String command,
            long from,
            long to,
            long created,
            long started,
            long died,
            Map<String, Long> exitCodes,
            String events)
            implements Stretch {}

    /**
     * What was counted since the journal began, up to this record: with an empty {@code subject} the events of each type and
     * action, {@code container start}; of a container what its events tell, {@code oom} and {@code restart}. Where
     * fewer were counted before, records were lost, and this is right.
     */
    record Counts(String subject, Map<String, Long> counted) implements Mark {}

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

/** A mark about a stretch of time. */
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

/** JSON of marks. A class of its own, so that the mapper is made when the first mark is. */
final class MarkJson {
    static final ObjectMapper MAPPER = mapper();

    /** With no more decimals than needed, as all times in an export. */
    private static final DateTimeFormatter RFC3339 =
            new DateTimeFormatterBuilder().appendInstant(-1).toFormatter(Locale.ROOT);

    private MarkJson() {}

    private static ObjectMapper mapper() {
        // Members in the order of their record, then the texts of its times by name: a JVM lists methods in any order.
        ObjectMapper mapper = JsonMapper.builder()
                .enable(
                        MapperFeature.SORT_PROPERTIES_ALPHABETICALLY,
                        MapperFeature.SORT_CREATOR_PROPERTIES_FIRST,
                        MapperFeature.SORT_CREATOR_PROPERTIES_BY_DECLARATION_ORDER)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build()
                .setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
        for (MarkType type : MarkType.values()) {
            mapper.registerSubtypes(new NamedType(type.content(), type.label()));
        }
        return mapper;
    }

    /** The time as text, or null for 0, which is one that is not known. */
    static @Nullable String rfc3339(long epochNanos) {
        return epochNanos == 0 ? null : RFC3339.format(Instant.ofEpochSecond(0, epochNanos));
    }
}
