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
import java.util.function.Predicate;

/**
 * The few members of an event that Shiplog acts upon; empty where the event lacks them. {@link #scan} never fails: of a
 * message that is not JSON, what comes before the odd place counts.
 *
 * @param type such as {@code container}
 * @param action such as {@code start} or {@code health_status: healthy}
 * @param scope {@code local} or {@code swarm}
 * @param id {@code Actor.ID}
 * @param attributes of the actor that are strings: a container's are its name, its image and its labels, and a label may
 *     have the name of another attribute and take its place
 * @param time {@code timeNano}, ns since the epoch, or 0 if it has none
 */
public record EventView(
        String type, String action, String scope, String id, Map<String, String> attributes, long time) {
    private static final long SECOND = 1_000_000_000L;
    /** Such as {@code \\u00e9}. */
    private static final int LONGEST_ESCAPE = 6;

    /** Reads the first bytes of a message that is too long, which most likely end within a long string. */
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

    /** Reads a whole message. */
    public static EventView scan(byte[] payload) {
        return scan(payload, false);
    }

    /** A name that follows a byte that is not UTF-8 must not escape the filters. */
    private static EventView scan(byte[] payload, boolean ofBeginning) {
        byte[] bytes = PayloadJson.shortened(payload);
        Scan scan = new Scan(ofBeginning);
        try (JsonParser json = PayloadJson.FACTORY.createParser(bytes)) {
            scan.read(json);
            return scan.event();
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
            // Recorded as it is.
        }
        return scan.event();
    }

    /** 0 for a time that means nothing: Go's year 1, or what it becomes in ns, the year 1754. */
    private static long nanos(long seconds) {
        return seconds > 0 && seconds <= Long.MAX_VALUE / SECOND ? seconds * SECOND : 0;
    }

    public boolean ofContainer() {
        return type.equals("container");
    }

    /** An attribute, or the empty string. */
    public String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }

    /** The same event with these attributes alone. */
    public EventView withAttributes(Predicate<String> names) {
        Map<String, String> kept = new HashMap<>(attributes);
        kept.keySet().removeIf(names.negate());
        return new EventView(type, action, scope, id, kept, time);
    }

    /** What the event says about the container that it is about. */
    public Container container() {
        return Container.unknown(id).after(this);
    }

    private static final class Scan {
        private String type = "";
        private String action = "";
        /** The action in the old form, which comes first: if the action is long, a beginning holds nothing else. */
        private String status = "";

        private String scope = "";
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

        EventView event() {
            String longer = action.length() < status.length() ? status : action;
            return new EventView(type, longer, scope, id, attributes, timeNano > 0 ? timeNano : nanos(time));
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
                } else if (name.equals("scope") && value == JsonToken.VALUE_STRING) {
                    scope = json.getText();
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

        /** 0 for a number that is too large: what follows it still counts. */
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
