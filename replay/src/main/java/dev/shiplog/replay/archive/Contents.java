package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.timeline.Context;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.HostView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What records say of the host, its containers and what was not recorded, as a manifest tells it. Folded while the records
 * go by. Not thread safe.
 */
final class Contents {
    private final Context context = new Context();
    private final List<Gap> gaps = new ArrayList<>();
    /** How many records there are of each subject, in the order in which they come. */
    private final Map<String, Count> subjects = new LinkedHashMap<>();

    private String host = "";
    private String engine = "";
    private String version = "";

    private static final class Count {
        private long records;
    }

    /** Takes the next record; true if later ones need it. One of an unknown kind says nothing here. */
    boolean add(RecordView record) {
        boolean isContext = context.apply(record);
        if (!record.isOfKnownKind()) {
            return isContext;
        }
        Gap gap = context.gap();
        if (gap != null) {
            gaps.add(gap);
        }
        switch (record.kind()) {
            case HOST -> describeHost(HostView.scan(record.payload().toArray()));
            case MARK -> describeEngine(record.payload().toArray());
            case EVENT, STATS, LOG, INSPECT, ENGINE_METRICS, SOCKETS, IMAGE, DISK -> {}
        }
        if (!record.subject().isEmpty() && record.kind() != Kind.HOST) {
            subjects.computeIfAbsent(record.subject(), id -> new Count()).records++;
        }
        return isContext;
    }

    private void describeHost(HostView view) {
        host = view.name().isEmpty() ? host : view.name();
        engine = view.id().isEmpty() ? engine : view.id();
        version = view.version().isEmpty() ? version : view.version();
    }

    /** Where the engine's own answers are not recorded, as by one who may not ask for them. */
    private void describeEngine(byte[] mark) {
        try {
            if (MarkType.of(mark, mark.length) == MarkType.ENGINE_UP
                    && Mark.fromJson(mark) instanceof Mark.EngineUp up) {
                describeHost(new HostView(up.engineId(), "", up.version()));
            }
        } catch (IOException e) {
            // a newer recorder's, which says it in another way
        }
    }

    /** What the engine calls its host; empty if it did not say. */
    String host() {
        return host;
    }

    /**
     * All that the manifest of these records says.
     *
     * @param segment the name of the segment; empty if they are not those of one segment, or nobody knows
     * @param start what the segment begins with
     * @param selection how the records were chosen; null if they are all that could be read
     * @param program name and version of the program
     * @param of the Docker host
     * @param losses what could not be read
     */
    Description describe(
            String segment,
            @Nullable SegmentStart start,
            @Nullable String selection,
            String program,
            String of,
            List<Loss> losses) {
        return new Description(
                segment,
                start,
                selection,
                program,
                of,
                engine(),
                containers(),
                gaps(),
                losses.stream().flatMap(loss -> told(loss, segment)).toList());
    }

    /**
     * A loss as the manifest tells it. What an archive does not match its manifest in is damage of that source: the new
     * archive matches its own. Offsets are of the segment's file, so those in another file are said in words. Damage
     * that cost an archive no record is not handed on.
     */
    private static Stream<Loss> told(Loss loss, String segment) {
        boolean ofArchive = loss.cause() == Loss.Cause.MISMATCH;
        if (loss.segment().equals(segment) && !ofArchive) {
            return Stream.of(loss);
        }
        return ofArchive && loss.records() == 0
                ? Stream.empty()
                : Stream.of(new Loss(
                        new Loss.Place(segment, 0, 0),
                        loss.sequences(),
                        loss.received(),
                        ofArchive ? Loss.Cause.DAMAGED : loss.cause(),
                        "in " + loss.place() + ": " + loss.reason()));
    }

    /** The engine that the last such record names. */
    Description.Engine engine() {
        return new Description.Engine(engine, version);
    }

    /** The containers that have records, in the order of their first. */
    List<Description.Container> containers() {
        List<Description.Container> containers = new ArrayList<>();
        subjects.forEach((id, count) -> {
            Container known = context.containers().get(id);
            if (known != null) {
                containers.add(new Description.Container(id, known.name(), known.image(), count.records));
            }
        });
        return containers;
    }

    /** What was not recorded, in the order in which the records report it; those that are not over come last. */
    List<Description.Gap> gaps() {
        List<Gap> all = new ArrayList<>(gaps);
        all.addAll(context.open());
        return all.stream()
                .map(gap -> new Description.Gap(
                        gap.type().name().toLowerCase(Locale.ROOT),
                        gap.kind(),
                        gap.subject(),
                        gap.count(),
                        gap.from(),
                        gap.to(),
                        gap.reason()))
                .toList();
    }
}
