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
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine for the full description of each container that changed, and keeps the newest for the start of the
 * next segment.
 *
 * <p>{@value #ASKING} are asked for at a time, beside those that hang; one that has just ended comes first. A container
 * that was destroyed is neither asked for nor kept, even if an answer comes after the destroy. Thread safe.
 */
public final class InspectSource implements Checkpoint, Follower {
    private static final int ASKING = 4;

    /** 16 MiB are the descriptions of some 3,000 ordinary containers. */
    private static final long KEPT_BYTES =
            Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 6);

    private final DestroyedContainers destroyed;
    private final Consumer<Container> images;
    private final Describer describer;
    private final SeenEnds ends;

    /**
     * @param images takes each container as it is described: with the image that it was made from
     */
    public InspectSource(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            Redaction redaction,
            DestroyedContainers destroyed,
            Consumer<Container> images) {
        this.destroyed = destroyed;
        this.images = images;
        this.describer =
                new Describer(new Containers(), engine, clock, queue, redaction, ASKING, KEPT_BYTES, "container");
        this.ends = new SeenEnds(clock, describer::missing);
    }

    /** What is asked for, and what the answers say. */
    private final class Containers implements Describer.Subjects {
        @Override
        public Kind kind() {
            return Kind.INSPECT;
        }

        @Override
        public String path(String id) {
            return "/containers/" + id + "/json";
        }

        @Override
        public String idOf(String id, byte[] payload) throws IOException {
            String described = ContainerView.scanInspect(payload, key -> false).id();
            if (!described.equals(id)) {
                throw new IOException(
                        described.isEmpty()
                                ? "the engine's answer describes no container"
                                : "the engine's answer describes another container: " + described);
            }
            return id;
        }

        @Override
        public boolean isGone(String id) {
            return destroyed.contains(id);
        }

        @Override
        public void described(String id, byte[] payload, boolean again) {
            boolean isDestroyed = destroyed.contains(id);
            ends.described(id, payload, !again && !isDestroyed);
            if (isDestroyed) {
                ends.gone(id, "");
            } else {
                noteImage(payload);
            }
        }

        @Override
        public boolean isExplained(String id, IOException failure) {
            int status = failure instanceof EngineStatusException answer ? answer.status() : 0;
            boolean removed = status == 404 || status == 409;
            if (removed || destroyed.contains(id)) {
                ends.gone(id, String.valueOf(failure.getMessage()));
            } else if (status != 0) {
                ends.refused(id);
            }
            return status == 404; // the container no longer exists
        }
    }

    @Override
    public Kind kind() {
        return Kind.INSPECT;
    }

    @Override
    public void changed(String id) {
        if (!destroyed.contains(id)) {
            describer.want(id, false);
        }
    }

    @Override
    public void ended(String id) {
        ends.ended(id);
        if (destroyed.contains(id)) {
            ends.gone(id, "");
        } else {
            describer.want(id, true);
        }
    }

    @Override
    public void gone(String id) {
        if (!describer.forget(id)) {
            ends.gone(id, "");
        }
    }

    @Override
    public void tick() {
        describer.tick();
    }

    @Override
    public void disconnected() {
        describer.disconnected();
    }

    @Override
    public void close() {
        describer.close();
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.INSPECT && !destroyed.contains(record.subject())) {
            describer.restore(record);
        }
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.INSPECT) { // before the lock: the writer calls this for each sample
            describer.appended(record);
        }
    }

    /** The newest description in the journal of each container that exists. */
    @Override
    public List<Record> snapshot() {
        return describer.written().stream()
                .filter(record -> !destroyed.contains(record.subject()))
                .toList();
    }

    /** The newest description of each container that is followed. */
    public List<Record> descriptions() {
        return describer.all();
    }

    /**
     * Asks for the image that a container was made from, and records nothing.
     *
     * @param answer takes the image, or an empty one and why there is none
     */
    public void askImage(String id, BiConsumer<String, @Nullable IOException> answer) {
        try {
            describer.execute(() -> {
                try {
                    byte[] description = describer.get(id);
                    answer.accept(
                            ContainerView.scanInspect(description, key -> false).image(), null);
                } catch (IOException e) {
                    answer.accept("", e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.accept("", new IOException("the recorder stops", e));
        }
    }

    private void noteImage(byte[] payload) {
        try {
            images.accept(ContainerView.scanInspect(payload, key -> false));
        } catch (IOException e) {
            // It was read before.
        }
    }
}
