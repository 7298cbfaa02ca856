package dev.shiplog.timeline.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.shiplog.timeline.json.Json.Type;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@link Json} with Jackson's streaming parser, which says where each value is. */
final class JsonTokens {
    /** Deeper than any engine nests, and far from what a thread's stack allows. */
    static final int MAX_DEPTH = 256;

    /** Jackson guesses the encoding from this many bytes. */
    private static final int GUESSED_BYTES = 4;

    private static final JsonFactory JACKSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;
    private final byte[] bytes;
    private final int first;

    private JsonTokens(JsonParser parser, byte[] bytes, int first) {
        this.parser = parser;
        this.bytes = bytes;
        this.first = first;
    }

    /** The one value in these bytes, or null. */
    static @Nullable Json read(byte[] bytes, int from, int to) {
        if (isOfOtherEncoding(bytes, from, to)) {
            return null;
        }
        try (JsonParser parser = JACKSON.createParser(bytes, from, to - from)) {
            JsonToken token = parser.nextToken();
            Json value = new JsonTokens(parser, bytes, from).value(token);
            return parser.nextToken() == null ? value : null;
        } catch (IOException e) {
            return null; // not JSON; the caller does not need to know why
        }
    }

    /**
     * Whether Jackson would guess an encoding other than plain UTF-8, because of a byte order mark or a NUL among the first
     * bytes. No JSON begins with either.
     */
    private static boolean isOfOtherEncoding(byte[] bytes, int from, int to) {
        for (int at = from; at < Math.min(to, from + GUESSED_BYTES); at++) {
            if (bytes[at] == 0) {
                return true;
            }
        }
        return from < to && bytes[from] < 0;
    }

    /** The unescaped text of the string in these bytes, which include its quotes. */
    static String text(byte[] bytes, int from, int to) {
        try (JsonParser parser = JACKSON.createParser(bytes, from, to - from)) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            throw new IllegalStateException("was a string when it was read", e);
        }
    }

    private Json value(@Nullable JsonToken token) throws IOException {
        int start = first + (int) parser.currentTokenLocation().getByteOffset();
        if (token == null) {
            throw new IOException("ends too early");
        }
        return switch (token) {
            case START_OBJECT -> object(start);
            case START_ARRAY -> array(start);
            case VALUE_STRING -> {
                parser.finishToken();
                yield leaf(Type.STRING, start + 1, here() - 1);
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> leaf(Type.NUMBER, start, start + parser.getTextLength());
            case VALUE_TRUE -> leaf(Type.TRUE, start, start + 4);
            case VALUE_FALSE -> leaf(Type.FALSE, start, start + 5);
            case VALUE_NULL -> leaf(Type.NULL, start, start + 4);
            default -> throw new IOException("no value begins with " + token);
        };
    }

    private Json object(int start) throws IOException {
        List<String> names = new ArrayList<>();
        List<Json> children = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            names.add(parser.currentName());
            children.add(value(parser.nextToken()));
        }
        return new Json(Type.OBJECT, bytes, start, here(), names, children);
    }

    private Json array(int start) throws IOException {
        List<Json> children = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            children.add(value(token));
        }
        return new Json(Type.ARRAY, bytes, start, here(), List.of(), children);
    }

    private Json leaf(Type type, int from, int to) {
        return new Json(type, bytes, from, to, List.of(), List.of());
    }

    private int here() {
        return first + (int) parser.currentLocation().getByteOffset();
    }
}
