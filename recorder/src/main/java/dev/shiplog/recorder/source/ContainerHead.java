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
 * @param image the reference that it was made from, or empty where only the image's id is told
 * @param running also while paused
 */
record ContainerHead(String id, String name, String image, Map<String, String> labels, boolean running) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads the engine's list of containers; an entry without an id is passed over.
     *
     * @throws IOException if it is not one
     */
    static List<ContainerHead> scanList(byte[] payload) throws IOException {
        List<ContainerHead> heads = new ArrayList<>();
        try (JsonParser json = JSON.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException("the engine's list of containers is not a JSON array");
            }
            for (JsonToken entry = json.nextToken(); entry != JsonToken.END_ARRAY; entry = json.nextToken()) {
                if (entry != JsonToken.START_OBJECT) {
                    json.skipChildren();
                    continue;
                }
                ContainerHead head = scan(json);
                if (!head.id().isEmpty()) {
                    heads.add(head);
                }
            }
        }
        return heads;
    }

    /**
     * Reads the answer to an inspect; the id is empty if it tells none.
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
        Scan scan = new Scan();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String member = json.currentName();
            scan.member(json, member, json.nextToken());
        }
        String name = scan.name.startsWith("/") ? scan.name.substring(1) : scan.name;
        String listed = isId(scan.image, scan.imageId) ? "" : scan.image;
        String image = scan.told.isEmpty() ? listed : scan.told;
        return new ContainerHead(scan.id, name, image, scan.labels, scan.running);
    }

    /** A list has the id, whole or short, in the reference's place when the tag was moved or taken away. */
    private static boolean isId(String image, String imageId) {
        return imageId.startsWith(image) || imageId.startsWith("sha256:" + image);
    }

    ContainerHead madeFrom(String reference) {
        return new ContainerHead(id, name, reference, labels, running);
    }

    private static final class Scan {
        private String id = "";
        private String name = "";
        private String image = "";
        private String imageId = "";
        /** The image as {@code Config} has it: of an inspect the other one is a hash. */
        private String told = "";

        private final Map<String, String> labels = new HashMap<>();
        private boolean running;

        void member(JsonParser json, String member, JsonToken value) throws IOException {
            switch (member) {
                case "Id" -> id = text(json, value);
                case "Image" -> image = text(json, value);
                case "ImageID" -> imageId = text(json, value);
                case "Labels" -> strings(json, value, labels);
                case "Name" -> name = text(json, value);
                case "Names" -> name = first(json, value);
                case "State" -> running = value == JsonToken.START_OBJECT ? runs(json) : runs(text(json, value));
                case "Config" -> {
                    if (value == JsonToken.START_OBJECT) {
                        config(json);
                    } else {
                        json.skipChildren();
                    }
                }
                default -> json.skipChildren();
            }
        }

        private void config(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                switch (member) {
                    case "Image" -> told = text(json, value);
                    case "Labels" -> strings(json, value, labels);
                    default -> json.skipChildren();
                }
            }
        }
    }

    private static boolean runs(String state) {
        return state.equals("running") || state.equals("paused");
    }

    /** Of a container that waits for its next restart the engine says that it runs and restarts. */
    private static boolean runs(JsonParser json) throws IOException {
        boolean running = false;
        boolean restarting = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String member = json.currentName();
            boolean set = json.nextToken() == JsonToken.VALUE_TRUE;
            switch (member) {
                case "Running" -> running = set;
                case "Restarting" -> restarting = set;
                default -> {}
            }
            json.skipChildren();
        }
        return running && !restarting;
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
