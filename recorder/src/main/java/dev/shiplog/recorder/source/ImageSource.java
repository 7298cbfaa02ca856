package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.ImageView;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine for the description of each image that a recorded container was made from, and of each that an event
 * is about: its names and digests, and what it is made of. The subject is the image's id, so a name that moves to another
 * image leaves the description of the one before as it is.
 *
 * <p>{@value #ASKING} are asked for at a time. Where a name moves, the image that had it is asked for again. An image in
 * use is asked for once in each connection; a segment restates those in use. Thread safe.
 */
public final class ImageSource implements Checkpoint, Follower {
    private static final int ASKING = 2;

    /** 8 MiB are the descriptions of some 2,000 ordinary images. */
    private static final long KEPT_BYTES =
            Math.min(8L << 20, Runtime.getRuntime().maxMemory() / 12);

    /** A reference becomes part of a path: with two dots, say, it could name another request. */
    private static final Pattern REFERENCE =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*+(?:[:/@][A-Za-z0-9][A-Za-z0-9_.-]*+)*+");

    private final DestroyedContainers destroyed;
    private final Describer describer;

    // Below: guarded by this.
    /** By container, the id of the image that it was made from. */
    private final Map<String, String> uses = new HashMap<>();
    /** Images in use that were asked for since the engine was connected. */
    private final Set<String> asked = new HashSet<>();
    /** By image, the names that its newest description gives. */
    private final Map<String, List<String>> names = new HashMap<>();

    public ImageSource(
            Engine engine, Clock clock, RecordQueue queue, Redaction redaction, DestroyedContainers destroyed) {
        this.destroyed = destroyed;
        this.describer = new Describer(new Images(), engine, clock, queue, redaction, ASKING, KEPT_BYTES, "image");
    }

    /** What is asked for, and what the answers say. */
    private final class Images implements Describer.Subjects {
        @Override
        public Kind kind() {
            return Kind.IMAGE;
        }

        @Override
        public String path(String reference) {
            return "/images/" + reference + "/json";
        }

        /** Where the engine keeps images by their digests, it may be asked for by a name: the answer tells the id. */
        @Override
        public String idOf(String reference, byte[] payload) throws IOException {
            String id = ImageView.scan(payload).id();
            if (id.isEmpty()) {
                throw new IOException("the engine's answer describes no image");
            }
            return id;
        }

        @Override
        public boolean isGone(String id) {
            return false;
        }

        @Override
        public void described(String id, byte[] payload, boolean again) {
            learn(id, ImageView.scan(payload).tags());
        }

        /** An image that is gone has a delete event; a proxy says that it knows no such page. */
        @Override
        public boolean isExplained(String reference, IOException failure) {
            String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
            return failure instanceof EngineStatusException answer
                    && answer.status() == 404
                    && !isUsed(reference)
                    && (reason.contains("no such image") || reason.contains("image not known"));
        }
    }

    @Override
    public Kind kind() {
        return Kind.IMAGE;
    }

    /** A container was described. */
    public void used(Container container) {
        String image = container.imageId();
        if (REFERENCE.matcher(image).matches() && use(container.id(), image)) {
            describer.want(image, false);
        }
    }

    @Override
    public synchronized void gone(String container) {
        uses.remove(container);
    }

    @Override
    public void imageChanged(String reference, Set<String> itsNames) {
        Set<String> affected = named(reference, itsNames);
        if (REFERENCE.matcher(reference).matches()) {
            affected.add(reference);
        }
        affected.forEach(image -> describer.want(image, false));
    }

    /** One that a container is still made from is kept: its description is what explains the container. */
    @Override
    public void imageGone(String id) {
        if (!isUsed(id)) {
            describer.forget(id);
            learn(id, List.of());
        }
    }

    @Override
    public void tick() {
        describer.tick();
    }

    @Override
    public void disconnected() {
        describer.disconnected();
        askAgain();
    }

    @Override
    public void close() {
        describer.close();
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.IMAGE) {
            describer.restore(record);
            learn(record.subject(), ImageView.scan(record.payload()).tags());
        } else if (record.kind() == Kind.INSPECT) {
            restoreUse(record);
        }
    }

    private void restoreUse(Record description) {
        try {
            Container container = ContainerView.scanInspect(description.payload(), key -> false);
            use(container.id(), container.imageId());
            askAgain();
        } catch (IOException e) {
            // It describes no container.
        }
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.IMAGE) { // before the lock: the writer calls this for each sample
            describer.appended(record);
        }
    }

    /** The newest description in the journal of each image in use. */
    @Override
    public List<Record> snapshot() {
        return describer.written().stream()
                .filter(record -> isUsed(record.subject()))
                .toList();
    }

    /** True if the image is to be asked for. */
    private synchronized boolean use(String container, String image) {
        if (destroyed.contains(container)) {
            return false;
        }
        uses.put(container, image);
        return asked.add(image);
    }

    private synchronized boolean isUsed(String image) {
        return uses.containsValue(image);
    }

    private synchronized void askAgain() {
        asked.clear();
    }

    private synchronized void learn(String image, List<String> tags) {
        if (tags.isEmpty()) {
            names.remove(image);
        } else {
            names.put(image, tags);
        }
    }

    /** The images that have one of these names, by their newest descriptions. */
    private synchronized Set<String> named(String name, Set<String> others) {
        Set<String> images = new LinkedHashSet<>();
        names.forEach((image, tags) -> {
            if (tags.contains(name) || tags.stream().anyMatch(others::contains)) {
                images.add(image);
            }
        });
        return images;
    }
}
