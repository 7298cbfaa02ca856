package dev.shiplog.timeline.payload;

import java.util.Map;

/**
 * What is known of one container; what is not known is empty. {@link ContainerView} reads it from a description, and
 * {@link #after} folds an event into it: the one place where it is decided which of the two counts. Immutable.
 *
 * @param id the full id
 * @param name without the slash that the engine puts before it
 * @param image the reference it was created from, as {@code busybox:latest}
 * @param imageId the id of that image; only descriptions say it
 * @param labels from the description; before there is one, all attributes of the first event, the labels among them
 * @param running also while paused, but not while it waits for a restart
 */
public record Container(
        String id, String name, String image, String imageId, Map<String, String> labels, boolean running) {
    /** A container of which nothing but the id is known. */
    public static Container unknown(String id) {
        return new Container(id, "", "", "", Map.of(), false);
    }

    /**
     * The same container after an event of it; this very object if the event changes nothing. Only the name and whether it
     * runs can change. Attributes are no proof of the image: a label of that name takes its place where there is none.
     */
    public Container after(EventView event) {
        String renamed = plainName(event.attribute("name"));
        Container now = new Container(
                id,
                renamed.isEmpty() ? name : renamed,
                image.isEmpty() ? event.attribute("image") : image,
                imageId,
                imageId.isEmpty() && labels.isEmpty() ? event.attributes() : labels,
                switch (event.action()) {
                    case "start" -> true;
                    case "die" -> false;
                    default -> running;
                });
        return now.equals(this) ? this : now;
    }

    /** The same container with this name, which may have the engine's slash before it. */
    public Container named(String newName) {
        return new Container(id, plainName(newName), image, imageId, labels, running);
    }

    /** The same container, made from this image. */
    public Container madeFrom(String reference) {
        return new Container(id, name, reference, imageId, labels, running);
    }

    /** The same container with what can change as {@code newer} has it: this description was given earlier. */
    public Container withStateOf(Container newer) {
        return new Container(id, newer.name, image.isEmpty() ? newer.image : image, imageId, labels, newer.running);
    }

    /** A name without the slash that the engine puts before it. */
    static String plainName(String name) {
        return name.startsWith("/") ? name.substring(1) : name;
    }
}
