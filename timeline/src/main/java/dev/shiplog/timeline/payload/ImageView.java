package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of the engine's description of an image that Shiplog acts upon; empty where it lacks them.
 *
 * @param id as {@code sha256:…}
 * @param tags its names, as {@code busybox:latest}
 * @param digests its names with the digests by which registries know it, as {@code busybox@sha256:…}
 */
public record ImageView(String id, List<String> tags, List<String> digests) {
    /** Reads the answer to an inspect. Never fails: one that is not JSON says nothing. */
    public static ImageView scan(byte[] payload) {
        return of(Json.parse(payload));
    }

    /** As {@link #scan}, of one that was parsed. */
    public static ImageView of(@Nullable Json description) {
        return description == null || description.type() != Json.Type.OBJECT
                ? new ImageView("", List.of(), List.of())
                : new ImageView(
                        description.text("Id"),
                        texts(description.get("RepoTags")),
                        texts(description.get("RepoDigests")));
    }

    private static List<String> texts(@Nullable Json array) {
        List<String> texts = new ArrayList<>();
        if (array != null && array.type() == Json.Type.ARRAY) {
            array.children().forEach(element -> texts.add(element.text()));
        }
        return List.copyOf(texts);
    }
}
