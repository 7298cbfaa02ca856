package dev.shiplog.timeline.payload;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;

/** Counts what an engine lists, as its answer arrives, and keeps none of it. */
public final class Listing {
    private Listing() {}

    /**
     * How many elements an array has.
     *
     * @param member of the answer that is the array, where a null means none; empty if the answer itself is
     * @throws IOException if there is no such array, or the answer was cut
     */
    public static long count(InputStream answer, String member) throws IOException {
        try (JsonParser json = PayloadJson.FACTORY.createParser(answer)) {
            JsonToken token = json.nextToken();
            if (!member.isEmpty() && token == JsonToken.START_OBJECT) {
                token = find(json, member);
            }
            if (token == JsonToken.VALUE_NULL && !member.isEmpty()) {
                return 0;
            }
            if (token != JsonToken.START_ARRAY) {
                throw new IOException("not a list");
            }
            return elements(json);
        } catch (RuntimeException e) {
            throw new IOException("not a list", e);
        }
    }

    private static JsonToken find(JsonParser json, String member) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = json.currentName().equals(member);
            JsonToken value = json.nextToken();
            if (found) {
                return value;
            }
            json.skipChildren();
        }
        return JsonToken.NOT_AVAILABLE;
    }

    private static long elements(JsonParser json) throws IOException {
        long count = 0;
        for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
            if (next == null) {
                throw new IOException("cut off within a list");
            }
            json.skipChildren();
            count++;
        }
        return count;
    }
}
