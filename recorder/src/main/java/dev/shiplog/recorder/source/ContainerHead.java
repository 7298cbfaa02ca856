package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The few members of a container's description that the recorder acts upon.
 *
 * @param id the full id
 * @param name without the leading slash
 * @param image as the container was told it
 * @param running also while paused
 */
record ContainerHead(String id, String name, String image, Map<String, String> labels, boolean running) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads the engine's list of containers.
     *
     * @throws IOException if it is not one
     */
    static List<ContainerHead> scanList(byte[] payload) throws IOException {
        List<ContainerHead> heads = new ArrayList<>();
        try (JsonParser json = JSON.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException("the engine's list of containers is not a JSON array");
            }
            while (json.nextToken() == JsonToken.START_OBJECT) {
                heads.add(scan(json));
            }
        }
        return heads;
    }

    /**
     * Reads the answer to an inspect.
     *
     * @throws IOException if it is not one
     */
    static ContainerHead scanInspect(byte[] payload) throws IOException {
        try (JsonParser json = JSON.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the engine's description of a container is not a JSON object");
            }
            return scan(json);
        }
    }

    /** Both forms: a list says {@code Names} and {@code "State":"running"}, an inspect {@code Name} and an object. */
    private static ContainerHead scan(JsonParser json) throws IOException {
        String id = "";
        String name = "";
        String image = "";
        Map<String, String> labels = new HashMap<>();
        boolean running = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            switch (member) {
                case "Id" -> id = text(json, value);
                case "Image" -> image = image.isEmpty() ? text(json, value) : image;
                case "Labels" -> strings(json, value, labels);
                case "Name" -> name = text(json, value);
                case "Names" -> name = first(json, value);
                case "State" -> {
                    if (value == JsonToken.START_OBJECT) {
                        while (json.nextToken() == JsonToken.FIELD_NAME) {
                            boolean says = json.currentName().equals("Running");
                            running |= json.nextToken() == JsonToken.VALUE_TRUE && says;
                            json.skipChildren();
                        }
                    } else {
                        String state = text(json, value);
                        running = state.equals("running") || state.equals("paused");
                    }
                }
                case "Config" -> {
                    if (value != JsonToken.START_OBJECT) {
                        json.skipChildren();
                        continue;
                    }
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String inner = json.currentName();
                        JsonToken innerValue = json.nextToken();
                        if (inner.equals("Image")) {
                            image = text(json, innerValue);
                        } else if (inner.equals("Labels")) {
                            strings(json, innerValue, labels);
                        } else {
                            json.skipChildren();
                        }
                    }
                }
                default -> json.skipChildren();
            }
        }
        return new ContainerHead(id, name.startsWith("/") ? name.substring(1) : name, image, labels, running);
    }

    private static String text(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return "";
    }

    /** The container's own name: those with a second slash are links to it. */
    private static String first(JsonParser json, JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
            return "";
        }
        String first = "";
        for (JsonToken item = json.nextToken(); item != JsonToken.END_ARRAY; item = json.nextToken()) {
            String text = text(json, item);
            first = first.isEmpty() && text.indexOf('/', 1) < 0 ? text : first;
        }
        return first;
    }

    private static void strings(JsonParser json, JsonToken value, Map<String, String> into) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            into.put(key, text(json, json.nextToken()));
        }
    }
}
