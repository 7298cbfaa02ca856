package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * How the payloads of an engine are read: without Jackson's usual limits, since what is over one of them would hide the
 * members behind it, the time and the name that filters go by.
 */
final class Json {
    /** A level costs some 60 bytes of heap, and comes from two bytes of the payload: this many take 6 MB. */
    private static final int DEEPEST = 100_000;

    static final JsonFactory FACTORY = JsonFactory.builder()
            // Names come from labels: to intern each of them would keep it for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(DEEPEST)
                    .build())
            .build();

    private Json() {}
}
