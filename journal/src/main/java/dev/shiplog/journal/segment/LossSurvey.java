package dev.shiplog.journal.segment;

import dev.shiplog.journal.segment.Loss.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds the losses that reading all segments of a catalog would report, with the help of their summaries: only a segment
 * that is not intact, or holds records of the one before, is read again. Not thread safe.
 */
public final class LossSurvey {
    private final List<Loss> losses = new ArrayList<>();
    private final LossTracker tracker;
    private @Nullable Segment before;
    /** The segment before was read and is empty. */
    private boolean empty;

    /** @param deleted up to which sequence retention took the records of a journal, by its id */
    public LossSurvey(ToLongFunction<String> deleted) {
        tracker = new LossTracker(losses::add, deleted);
    }

    /** Takes the next segment; returns what is known to be lost by now. The next one may show more. */
    public List<Loss> next(SegmentSummary summary) {
        Segment segment = summary.segment();
        if (before != null) {
            leave(before, segment);
        }
        before = segment;
        empty = false;
        if (segment.copyOf() == null && !passIntact(summary)) {
            read(segment);
        }
        return take();
    }

    /** There are no more segments; returns what else is known to be lost. */
    public List<Loss> end() {
        tracker.flush();
        return take();
    }

    private void leave(Segment segment, Segment next) {
        if (!segment.row().equals(next.row())) {
            tracker.restart();
        } else if (empty && Objects.equals(Segment.identity(segment.path()), segment.identity())) {
            // A file that is gone, or was made anew, was only half made: a writer removes such files when it starts.
            tracker.empty(segment.name(), segment.size());
        }
    }

    private boolean passIntact(SegmentSummary summary) {
        SegmentStart start = summary.segment().start();
        if (start == null || !summary.losses().isEmpty() || summary.lastSequence() == 0) {
            return false;
        }
        String name = summary.segment().name();
        tracker.segment(name);
        tracker.journal(start.journal());
        Group first = start.first();
        if (first.base() < tracker.next()) {
            return false;
        }
        tracker.begin(summary.segment());
        tracker.expect(name, start.offset(), first.base(), first.clock());
        tracker.read(summary.lastSequence(), summary.lastReceived(), summary.usedBytes());
        return true;
    }

    private void read(Segment segment) {
        Path file = segment.path();
        try (RecordSource source = segment.open(tracker)) {
            read(segment, source);
        } catch (IOException e) {
            if (!(e instanceof NoSuchFileException) || Files.isSymbolicLink(file)) {
                tracker.unreadable(new Place(segment.name(), 0, segment.size()), e);
            }
        }
    }

    private void read(Segment segment, RecordSource source) {
        try {
            while (source.next()) {
                // the tracker sees what is missing
            }
            empty = source.isEmpty();
        } catch (IOException e) {
            tracker.unreadable(new Place(segment.name(), source.position(), segment.size()), e);
        }
    }

    private List<Loss> take() {
        List<Loss> taken = List.copyOf(losses);
        losses.clear();
        return taken;
    }
}
