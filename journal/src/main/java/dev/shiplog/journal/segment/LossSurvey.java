package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the losses that a reading of all segments of a catalog tells, with the help of their summaries: only a segment
 * that is not intact, or holds records of the one before, is read again. Not thread safe.
 */
public final class LossSurvey {
    private final LossTracker tracker = new LossTracker();
    private final List<Loss> losses = new ArrayList<>();
    private @Nullable Segment before;
    /** The segment before was read and is empty. */
    private boolean empty;

    /** What is known to be lost once the next segment is this one; the rest comes with the segments behind it. */
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
        return told();
    }

    /** What else is known to be lost, now that no segment comes any more. */
    public List<Loss> end() {
        tracker.flush();
        return told();
    }

    private void leave(Segment segment, Segment next) {
        if (!segment.directory().equals(next.directory())) {
            tracker.restart();
        } else if (empty && Objects.equals(Segment.identity(segment.path()), segment.identity())) {
            // One that is gone, or was made anew, was only half made: a writer's next start removes such.
            tracker.empty(segment.name().text(), segment.size());
        }
    }

    private boolean passIntact(SegmentSummary summary) {
        SegmentHead head = summary.segment().head();
        if (head == null || !summary.losses().isEmpty() || summary.lastSequence() == 0) {
            return false;
        }
        String name = summary.segment().name().text();
        tracker.segment(name);
        tracker.journal(head.journal());
        Group first = head.first();
        if (first.base() < tracker.next()) {
            return false;
        }
        tracker.expect(name, head.offset(), first.base(), first.clock());
        tracker.read(summary.lastSequence(), summary.lastReceived(), summary.usedBytes());
        return true;
    }

    private void read(Segment segment) {
        Path file = segment.path();
        try (SegmentReader reader = new SegmentReader(file, tracker)) {
            read(segment, reader);
        } catch (IOException e) {
            if (!(e instanceof NoSuchFileException) || Files.isSymbolicLink(file)) {
                tracker.unreadable(segment.name().text(), 0, segment.size(), e);
            }
        }
    }

    private void read(Segment segment, SegmentReader reader) {
        try {
            while (reader.next() != SegmentReader.Step.END) {
                collect();
            }
            empty = reader.isEmpty();
        } catch (IOException e) {
            tracker.unreadable(segment.name().text(), reader.position(), segment.size(), e);
        }
    }

    private void collect() {
        for (Loss loss = tracker.poll(); loss != null; loss = tracker.poll()) {
            losses.add(loss);
        }
    }

    private List<Loss> told() {
        collect();
        List<Loss> told = List.copyOf(losses);
        losses.clear();
        return told;
    }
}
