package dev.shiplog.replay.past;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.ImageView;
import dev.shiplog.timeline.payload.StateView;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the records of one host tell of its images: which image a tag stands for, and since when, by events and by the
 * containers that were made from it; which digests an image has; which were deleted. What a pull brought is not known until
 * it is described, or a container is made of it. Times are ns since the epoch. Not thread safe.
 */
public final class ImageBook {
    /** By tag, what it stands for. */
    private final Map<ImageName, Tagging> tags = new LinkedHashMap<>();

    private final Map<Made, Long> moved = new HashMap<>();
    private final Map<String, Long> deleted = new HashMap<>();
    private final Map<String, Set<String>> digests = new HashMap<>();

    /** An image under a name. */
    record Made(ImageName name, String imageId) {}

    /**
     * What a tag stands for.
     *
     * @param imageId empty if it is not known since a pull
     * @param before what it stood for before the pull; empty if that is not known
     * @param isCertain whether it was not taken from one of the image's names since, without a word of which
     */
    record Tagging(String imageId, String before, long since, boolean isCertain) {}

    /** The same, which goes its own way from here on. */
    public ImageBook copy() {
        ImageBook copy = new ImageBook();
        copy.tags.putAll(tags);
        copy.moved.putAll(moved);
        copy.deleted.putAll(deleted);
        digests.forEach((imageId, all) -> copy.digests.put(imageId, new TreeSet<>(all)));
        return copy;
    }

    /** Takes the next record of the journal, also one that is restated. */
    public void apply(RecordView record) {
        switch (record.kind()) {
            case EVENT -> happen(EventView.scan(record.payload().toArray()), record.time());
            case INSPECT -> learn(Json.parse(record.payload().toArray()));
            case IMAGE -> describe(ImageView.scan(record.payload().toArray()), record);
            case STATS, LOG, HOST, ENGINE_METRICS, SOCKETS, MARK, DISK -> {}
        }
    }

    /** Takes the description of an image. One that is restated says no more of its tags than when it was recorded. */
    private void describe(ImageView image, RecordView record) {
        if (image.id().isEmpty()) {
            return;
        }
        for (String name : image.digests()) {
            String digest = ImageName.of(name, image.id()).digest();
            if (!digest.isEmpty()) {
                digests.computeIfAbsent(image.id(), id -> new TreeSet<>()).add(digest);
            }
        }
        Set<ImageName> names = new HashSet<>();
        image.tags().forEach(tag -> names.add(ImageName.of(tag, image.id())));
        for (ImageName name : names) {
            Tagging now = tags.get(name);
            if (now == null || now.since <= record.time() && !(now.imageId.equals(image.id()) && now.isCertain)) {
                tag(name, image.id(), record.time());
            }
        }
        lose(image.id(), names, record.time());
    }

    /** The image has no tags but these. */
    private void lose(String imageId, Set<ImageName> but, long time) {
        tags.entrySet().removeIf(entry -> {
            Tagging now = entry.getValue();
            boolean lost = now.imageId.equals(imageId) && now.since <= time && !but.contains(entry.getKey());
            if (lost) {
                moved.put(new Made(entry.getKey(), imageId), time);
            }
            return lost;
        });
    }

    private void happen(EventView event, long time) {
        if (!event.type().equals("image")) {
            return;
        }
        String id = event.id();
        switch (event.action()) {
            case "tag", "load", "import" -> tag(ImageName.of(event.attribute("name"), id), id, time);
            case "pull" -> pull(ImageName.of(id, ""), time);
            case "untag" -> untag(ImageName.of(event.attribute("name"), id), id, time);
            case "delete", "remove" -> {
                deleted.put(id, time);
                tags.values().removeIf(tagging -> tagging.imageId.equals(id));
            }
            default -> {}
        }
    }

    /** Takes the description of a container: its tag stood for its image when it was created. */
    void learn(@Nullable Json description) {
        StateView state = description == null ? null : StateView.of(description);
        if (description == null || state == null || description.text("Image").isEmpty()) {
            return;
        }
        Made made = made(description);
        digests(description)
                .forEach(digest -> digests.computeIfAbsent(made.imageId, id -> new TreeSet<>())
                        .add(digest));
        ImageName name = made.name.withoutDigest();
        Tagging now = tags.get(name);
        if (now != null && now.since > state.created()) {
            if (!now.imageId.isEmpty() && !now.imageId.equals(made.imageId)) {
                moved.putIfAbsent(new Made(name, made.imageId), now.since);
            }
        } else if (deletedAt(made.imageId) <= state.created()) {
            tag(name, made.imageId, state.created());
        }
    }

    private void tag(ImageName name, String imageId, long time) {
        deleted.computeIfPresent(imageId, (id, at) -> at < time ? null : at);
        if (!name.isTag()) {
            return;
        }
        Tagging old = tags.get(name);
        String before = old == null ? "" : old.imageId.isEmpty() ? old.before : old.imageId;
        if (before.equals(imageId) && old != null) {
            tags.put(name, new Tagging(imageId, "", old.imageId.isEmpty() ? time : old.since, true));
            return;
        }
        if (!before.isEmpty()) {
            moved.put(new Made(name, before), time);
        }
        moved.remove(new Made(name, imageId));
        tags.put(name, new Tagging(imageId, "", time, true));
    }

    private void pull(ImageName name, long time) {
        if (name.isTag() && name.digest().isEmpty()) {
            Tagging old = tags.get(name);
            tags.put(name, new Tagging("", old == null ? "" : old.imageId, time, true));
        }
    }

    /** Docker 20.10 says which image lost a tag, and not which tag. */
    private void untag(ImageName name, String imageId, long time) {
        if (name.isTag()) {
            tags.remove(name);
            moved.put(new Made(name, imageId), time);
            return;
        }
        tags.replaceAll(
                (tag, old) -> old.imageId.equals(imageId) ? new Tagging(imageId, old.before, old.since, false) : old);
    }

    /** The image that a container was made from, by its description. */
    static Made made(Json description) {
        String imageId = description.text("Image");
        Json reference = Trait.at(description, "Config", "Image");
        return new Made(ImageName.of(reference == null ? "" : reference.text(), imageId), imageId);
    }

    /**
     * The digests of the image that a description gives: the one that it was asked for by, and where the engine keeps images
     * by their digests, which is where it has descriptors of manifests, also the id and the platform's manifest.
     */
    private static Set<String> digests(Json description) {
        Set<String> digests = new TreeSet<>();
        digests.add(made(description).name.digest());
        Json manifest = description.get("ImageManifestDescriptor");
        if (manifest != null) {
            digests.add(manifest.text("digest"));
            digests.add(description.text("Image"));
        }
        digests.remove("");
        return digests;
    }

    /** The digests of an image, as far as they are known. */
    Set<String> digests(String imageId) {
        return digests.getOrDefault(imageId, Set.of());
    }

    /** What each tag stands for, as far as it is known, in the order in which the tags became known. */
    Map<ImageName, Tagging> tags() {
        return Collections.unmodifiableMap(tags);
    }

    /** By when the tag was found to stand for another image, or for none; 0 if nothing tells so. */
    long movedAt(ImageName name, String imageId) {
        return moved.getOrDefault(new Made(name.withoutDigest(), imageId), 0L);
    }

    /** When the image was deleted; 0 if nothing tells so. */
    long deletedAt(String imageId) {
        return deleted.getOrDefault(imageId, 0L);
    }
}
