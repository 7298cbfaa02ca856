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

/**
 * The few members of a container's description that the recorder acts upon.
 *
 * @param id the full id
 * @param name without the leading slash
 * @param image the reference that it was made from, or empty where only the image's id is told
 * @param labels those that somebody asks for
 * @param running also while paused
 */
public record ContainerView(String id, String name, String image, Map<String, String> labels, boolean running) {
    /** What a list tells. */
    public static final class Listing {
        public final List<ContainerView> whole = new ArrayList<>();
        /** Ids of containers whose entries are broken: that they exist is all that is known. */
        public final Set<String> broken = new HashSet<>();
    }

    /**
     * Reads the engine's list of containers as it comes; an entry without an id is passed over.
     *
     * @param labels which keys are kept: the labels of a thousand containers may take more than there is
     * @param listing takes what is told, up to where a list is cut
     * @throws IOException if it is not one, or was cut
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
                listing.whole.add(scan.head());
            } else {
                listing.broken.add(scan.id);
            }
        });
    }

    /**
     * Reads the answer to an inspect; the id is empty if it tells none.
     *
     * @param labels which keys are kept
     * @throws IOException if it is not one
     */
    public static ContainerView scanInspect(byte[] payload, Predicate<String> labels) throws IOException {
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the engine's description of a container is not a JSON object");
            }
            Scan scan = new Scan(labels);
            scan.members(json);
            return scan.head();
        }
    }

    /** A list has the id, whole or short, in the reference's place when the tag was moved or taken away. */
    private static boolean isId(String image, String imageId) {
        return imageId.startsWith(image) || imageId.startsWith("sha256:" + image);
    }

    /** The same container with the name of {@code old}, which runs or does not as that one. */
    public ContainerView as(ContainerView old) {
        return new ContainerView(id, old.name, image.isEmpty() ? old.image : image, labels, old.running);
    }

    public ContainerView madeFrom(String reference) {
        return new ContainerView(id, name, reference, labels, running);
    }

    /** Both forms: a list says {@code Names} and {@code "State":"running"}, an inspect {@code Name} and an object. */
    private static final class Scan {
        private final Predicate<String> kept;
        private String id = "";
        private String name = "";
        private String image = "";
        private String imageId = "";
        /** The image as {@code Config} has it: of an inspect the other one is a hash. */
        private String told = "";

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

        ContainerView head() {
            String plain = name.startsWith("/") ? name.substring(1) : name;
            String listed = isId(image, imageId) ? "" : image;
            return new ContainerView(id, plain, told.isEmpty() ? listed : told, labels, running);
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
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                switch (member) {
                    case "Image" -> told = text(json, value);
                    case "Labels" -> labels(json, value);
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
}
