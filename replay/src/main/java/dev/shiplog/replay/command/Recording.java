package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentSummary;
import dev.shiplog.timeline.json.JsonLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds whether a recorder writes to a journal or how it ended, and how old the last record is. Not thread safe. */
final class Recording {
    /** What is known of the recorder. The names are those in JSON. */
    enum State {
        running,
        stopped,
        /** The last record is not a clean stop, and nobody holds the lock: a copy of a live journal looks the same. */
        killed,
        unknown
    }

    private final Path directory;
    private final InstantSource clock;
    private long lastReceived;
    private boolean cleanStop;

    Recording(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Takes the next segment of the directory. */
    void add(SegmentSummary summary) {
        if (summary.state() != SegmentSummary.State.COPY && summary.lastReceived() != 0) {
            lastReceived = summary.lastReceived();
            cleanStop = summary.cleanStop();
        }
    }

    /**
     * A sentence that nobody records to the journal in a directory any more, and since when. Null if somebody does, or if
     * that is not known, as for a single segment or a copy without the file that a recorder locks.
     */
    static @Nullable String absence(Path directory, InstantSource clock) {
        try {
            if (!Files.isDirectory(directory)
                    || Files.notExists(directory.resolve(JournalLock.FILE))
                    || JournalLock.isHeld(directory)) {
                return null;
            }
            Recording recording = new Recording(directory, clock);
            List<SegmentFile> newest = Catalog.files(directory);
            for (int i = newest.size() - 1; i >= 0 && recording.lastReceived == 0; i--) {
                recording.add(newest.get(i).summary(true));
            }
            return recording.lastReceived == 0 ? null : recording.sentence();
        } catch (IOException e) {
            return null; // the reading has reported what may not be read
        }
    }

    /** A sentence or two for people. */
    String sentence() {
        String why = "";
        State state;
        try {
            state = state();
        } catch (IOException e) {
            state = State.unknown;
            why = " (" + Console.printable(FileErrors.line(e)) + ")";
        }
        String recorder = switch (state) {
            case running -> "The recorder is running";
            case stopped -> lastReceived == 0 ? "No recorder is running" : "The recorder was stopped";
            case killed -> "The recorder was killed, or this was copied while it ran";
            case unknown -> "Whether the recorder is running is not known" + why;
        };
        return recorder
                + (lastReceived == 0 ? "; nothing is recorded." : "; the last record is " + age(sinceLast()) + " old.");
    }

    /** Adds the same to the JSON line of the newest segment. */
    void put(JsonLine line) {
        State state;
        try {
            state = state();
        } catch (IOException e) {
            state = State.unknown;
        }
        line.put("recorder", state.name());
        if (lastReceived != 0) {
            line.put("last_record_age_seconds", sinceLast().toSeconds());
        }
    }

    private State state() throws IOException {
        try {
            if (JournalLock.isHeld(directory)) {
                return State.running;
            }
        } catch (IOException e) {
            if (!cleanStop) {
                throw e;
            }
        }
        return cleanStop || lastReceived == 0 ? State.stopped : State.killed;
    }

    private Duration sinceLast() {
        Instant last = Instant.ofEpochSecond(0, lastReceived);
        Duration age = Duration.between(last, clock.instant());
        return age.isNegative() ? Duration.ZERO : age; // another host's clock, or a record that came meanwhile
    }

    /** A length of time in the unit that says enough of it. */
    static String age(Duration age) {
        if (age.toMinutes() < 2) {
            return age.toSeconds() + " s";
        }
        if (age.toHours() < 2) {
            return age.toMinutes() + " min";
        }
        return age.toDays() < 2 ? age.toHours() + " h" : age.toDays() + " days";
    }
}
