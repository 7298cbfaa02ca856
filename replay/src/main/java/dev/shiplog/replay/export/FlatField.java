package dev.shiplog.replay.export;

import dev.shiplog.timeline.json.Json;
import java.util.List;

/** One field of a flat line: its name, and where its value comes from. */
record FlatField(String name, Source source) {
    /** Where a value comes from. */
    sealed interface Source permits Value, ContainerName, Sum, Text, Nested, Constant, Context {}

    /** One value of the payload, byte for byte. */
    record Value(Json json) implements Source {}

    /** A container's name, a string of the payload: written with a leading slash, whether the engine sent one or not. */
    record ContainerName(Json json) implements Source {}

    /** The sum of numbers of the payload. */
    record Sum(List<Json> terms) implements Source {}

    /** The whole payload, which is not JSON, as a string: UTF-8 as it is, anything else in base64. */
    record Text(byte[] payload) implements Source {}

    /** Values of the payload as JSON within a string. */
    sealed interface Nested extends Source permits Part, Rest {}

    /**
     * A list or an object of the payload.
     *
     * @param deduplicated whether a long string that comes again in it is written once, see {@link Deduplication}
     */
    record Part(Json json, boolean deduplicated) implements Nested {}

    /** Some members of an object, as an object. */
    record Rest(List<Member> members) implements Nested {}

    /** A member of an object. */
    record Member(String name, Json value) {}

    /** The same text in every line of a kind. */
    record Constant(String text) implements Source {}

    /** What the payload does not say; a field whose value is not known is left out. */
    enum Context implements Source {
        TIME,
        /** The fields {@code host} and {@code journal}. */
        ORIGIN,
        SEQUENCE,
        /** The field {@code restated}, of a record that is. */
        RESTATED,
        /** The fields {@code log} or {@code log_base64}, {@code stream}, and {@code log_partial} of a line that goes on. */
        LOG,
        CONTAINER_NAME,
        CONTAINER_ID,
        IMAGE,
        IMAGE_ID
    }
}
