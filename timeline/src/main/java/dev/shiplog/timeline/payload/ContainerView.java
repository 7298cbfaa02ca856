package dev.shiplog.timeline.payload;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the engine's descriptions of containers: the answer to an inspect, and the list. */
public final class ContainerView {
    /** What a list says. */
    public static final class Listing {
        public final List<Container> whole = new ArrayList<>();
        /** Ids of containers whose entries are broken: that they exist is all that is known. */
        public final Set<String> broken = new HashSet<>();
    }

    private ContainerView() {}

    /**
     * Reads the engine's list of containers as it arrives, and skips entries without an id.
     *
     * @param labels which keys to keep: the labels of a thousand containers may not fit into memory
     * @param listing takes the entries, also those of a list that was cut
     * @throws IOException if it is no list, or was cut
     */
    public static void scanList(InputStream body, Predicate<String> labels, Listing listing) throws IOException {
        Elements.each(body, element -> {
            Scan scan = new Scan(labels);
            boolean whole = true;
            try (JsonParser json = PayloadJson.FACTORY.createParser(element)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    return;
                }
                scan.members(json);
            } catch (JsonProcessingException e) {
                whole = false;
            }
            if (scan.id.isEmpty()) {
                return;
            }
            if (whole) {
                listing.whole.add(scan.container());
            } else {
                listing.broken.add(scan.id);
            }
        });
    }

    /**
     * Reads the answer to an inspect; the id is empty if the answer has none.
     *
     * @param labels which keys to keep
     * @throws IOException if it is no JSON object
     */
    public static Container scanInspect(byte[] payload, Predicate<String> labels) throws IOException {
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the engine's description of a container is not a JSON object");
            }
            Scan scan = new Scan(labels);
            scan.members(json);
            return scan.container();
        }
    }

    /** Where the engine logs the container's output, as the answer to an inspect says; empty if to no file. Never fails. */
    public static String logPath(byte[] payload) {
        return PayloadJson.text(payload, "LogPath");
    }

    /** Once its tag was moved or removed, a list has the image's id, whole or short, in place of the reference. */
    private static boolean isId(String image, String imageId) {
        return imageId.startsWith(image) || imageId.startsWith("sha256:" + image);
    }

    /**
     * Both forms. A list has {@code Names}, {@code Image} and {@code ImageID}, and {@code State} is a word. An inspect has
     * {@code Name}, the image's id under {@code Image} and its reference in {@code Config}, and {@code State} is an object.
     */
    private static final class Scan {
        private final Predicate<String> kept;
        private String id = "";
        private String name = "";
        private String image = "";
        private String imageId = "";
        /** The image as {@code Config} names it; null in a list. */
        private @Nullable String configured;

        private final Map<String, String> labels = new HashMap<>();
        private boolean running;

        Scan(Predicate<String> kept) {
            this.kept = kept;
        }

        void members(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                member(json, member, json.nextToken());
            }
        }

        Container container() {
            String reference = configured;
            return reference != null
                    ? new Container(id, Container.plainName(name), reference, image, labels, running)
                    : new Container(
                            id, Container.plainName(name), isId(image, imageId) ? "" : image, imageId, labels, running);
        }

        private void member(JsonParser json, String member, JsonToken value) throws IOException {
            switch (member) {
                case "Id" -> id = text(json, value);
                case "Image" -> image = text(json, value);
                case "ImageID" -> imageId = text(json, value);
                case "Labels" -> labels(json, value);
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

        private void labels(JsonParser json, JsonToken value) throws IOException {
            if (value != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                JsonToken label = json.nextToken();
                if (kept.test(key)) {
                    labels.put(key, text(json, label));
                } else {
                    json.skipChildren();
                }
            }
        }

        private void config(JsonParser json) throws IOException {
            configured = "";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                switch (member) {
                    case "Image" -> configured = text(json, value);
                    case "Labels" -> labels(json, value);
                    default -> json.skipChildren();
                }
            }
        }
    }

    private static boolean runs(String state) {
        return state.equals("running") || state.equals("paused");
    }

    /** While a container waits for its next restart, the engine says both that it runs and that it restarts. */
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

    /** The container's own name; names with a second slash are links to it. */
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
}
