package dev.shiplog.replay.ecs;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.ImageView;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The fields of an image's description: its names, and the digests by which it is known. */
final class ImageFields {
    private ImageFields() {}

    static void write(Json description, Document document) {
        ImageView image = ImageView.of(description);
        document.texts("container.image.name", image.tags());
        document.texts(
                "container.image.tag",
                image.tags().stream().map(ImageFields::tag).distinct().toList());
        Set<String> hashes = new LinkedHashSet<>();
        hashes.add(image.id());
        image.digests().forEach(name -> hashes.add(name.substring(name.indexOf('@') + 1)));
        hashes.remove("");
        document.texts("container.image.hash.all", List.copyOf(hashes));
        document.text("shiplog.inspect", description.text());
    }

    /** What follows the last colon; a port of a registry comes before a slash, and a name from the engine has a tag. */
    private static String tag(String name) {
        return name.substring(name.lastIndexOf(':') + 1);
    }
}
