package dev.shiplog.timeline.payload;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The few members of an event that the recorder acts upon. {@link #scan} never fails: of a message that is not the JSON
 * it should be, what was understood before the odd place counts.
 *
 * @param type as in {@code container}
 * @param action as in {@code start} or {@code health_status: healthy}
 * @param id {@code Actor.ID}
 * @param attributes of the actor; for containers name, image and labels. Not to be trusted: labels shadow them
 * @param time {@code timeNano}, ns since the epoch, or 0 if it tells none
 */
public record EventView(String type, String action, String id, Map<String, String> attributes, long time) {
    private static final long SECOND = 1_000_000_000L;
    /** As in {@code \\u00e9}. */
    private static final int LONGEST_ESCAPE = 6;

    /**
     * Of the first bytes of a message, which end somewhere, most likely within a long string: what of that is there counts.
     */
    public static EventView scanBeginning(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] < 0) {
            end--; // a character may be cut
        }
        for (int at = end - 1; at >= 0 && at >= end - LONGEST_ESCAPE; at--) {
            if (bytes[at] == '\\') {
                end = at;
            }
        }
        byte[] closed = Arrays.copyOf(bytes, end + 1);
        closed[end] = '"';
        return scan(closed, true);
    }

    public static EventView scan(byte[] payload) {
        return scan(payload, false);
    }

    /** A name that follows a byte that is not UTF-8 must not escape the filters. */
    private static EventView scan(byte[] payload, boolean ofBeginning) {
        byte[] bytes = PayloadJson.shortened(payload);
        Scan scan = new Scan(ofBeginning);
        try (JsonParser json = PayloadJson.FACTORY.createParser(bytes)) {
            scan.read(json);
            return scan.head();
        } catch (IOException | RuntimeException e) {
            return scanCharacters(bytes, ofBeginning);
        }
    }

    /** As {@link #scan}, with a replacement character in place of what is not UTF-8. */
    private static EventView scanCharacters(byte[] bytes, boolean ofBeginning) {
        Scan scan = new Scan(ofBeginning);
        try (JsonParser json = PayloadJson.FACTORY.createParser(
                new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8))) {
            scan.read(json);
        } catch (IOException | RuntimeException e) {
            // Recorded as it is all the same.
        }
        return scan.head();
    }

    /** 0 for a time that nobody means: Go's year 1, say, or what becomes of that in ns, the year 1754. */
    private static long nanos(long seconds) {
        return seconds > 0 && seconds <= Long.MAX_VALUE / SECOND ? seconds * SECOND : 0;
    }

    public boolean ofContainer() {
        return type.equals("container");
    }

    public String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }

    /** What it says of the container that it is about. */
    public Container container() {
        return new Container(id, attribute("name"), attribute("image"), "", attributes);
    }

    private static final class Scan {
        private String type = "";
        private String action = "";
        /** The same in the old form, before the type: where the action is long, a beginning holds this alone. */
        private String status = "";

        private String id = "";
        private final Map<String, String> attributes = new HashMap<>();
        private long timeNano;
        private long time;
        private final boolean ofBeginning;

        Scan(boolean ofBeginning) {
            this.ofBeginning = ofBeginning;
        }

        void read(JsonParser json) throws IOException {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                members(json);
            }
        }

        EventView head() {
            String longer = action.length() < status.length() ? status : action;
            return new EventView(type, longer, id, attributes, timeNano > 0 ? timeNano : nanos(time));
        }

        private void members(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("Type") && value == JsonToken.VALUE_STRING) {
                    type = json.getText();
                } else if (name.equals("Action") && value == JsonToken.VALUE_STRING) {
                    action = json.getText();
                } else if (ofBeginning && name.equals("status") && value == JsonToken.VALUE_STRING) {
                    status = json.getText();
                } else if (name.equals("timeNano") && value == JsonToken.VALUE_NUMBER_INT) {
                    timeNano = integer(json);
                } else if (name.equals("time") && value == JsonToken.VALUE_NUMBER_INT) {
                    time = integer(json);
                } else if (name.equals("Actor") && value == JsonToken.START_OBJECT) {
                    actor(json);
                } else {
                    json.skipChildren();
                }
            }
        }

        /** A number that is too large is no reason to miss what follows it. */
        private static long integer(JsonParser json) throws IOException {
            return json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? 0 : json.getLongValue();
        }

        private void actor(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("ID") && value == JsonToken.VALUE_STRING) {
                    id = json.getText();
                } else if (name.equals("Attributes") && value == JsonToken.START_OBJECT) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String key = json.currentName();
                        if (json.nextToken() == JsonToken.VALUE_STRING) {
                            attributes.put(key, json.getText());
                        } else {
                            json.skipChildren();
                        }
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
    }
}
