package dev.shiplog.recorder.writer;

import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchiveState.Archived;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds which segments are archived in a directory, as of now. As long as that cannot be read, none counts as archived. What
 * a segment begins with does not prove it: after the journal was restored from a copy, a segment that begins alike may hold
 * other records. Belongs to the writer's thread.
 */
public final class ArchivedSegments implements Archives {
    private static final System.Logger LOG = System.getLogger(ArchivedSegments.class.getName());

    private final @Nullable Path directory;
    private final Path journal;
    private Map<SegmentStart, Archived> known = Map.of();
    /** Those of which the journal has another segment. */
    private final Set<Archived> refuted = new HashSet<>();
    /** What kept it from being read the last time; it is logged once. */
    private String problem = "";

    /**
     * @param directory of the archives; null if there are none
     * @param journal the directory of the journal
     */
    public ArchivedSegments(@Nullable Path directory, Path journal) {
        this.directory = directory;
        this.journal = journal;
    }

    @Override
    public Predicate<SegmentStart> archived() {
        known = directory == null ? Map.of() : read(directory);
        return known.keySet()::contains;
    }

    private Map<SegmentStart, Archived> read(Path archives) {
        Map<SegmentStart, Archived> read = new HashMap<>();
        try {
            ArchiveState.read(archives).chains().values().stream()
                    .flatMap(chain -> chain.segments().stream())
                    .filter(segment -> !segment.newest() && !refuted.contains(segment))
                    .forEach(segment -> {
                        if (segment.start() != null) {
                            read.put(segment.start(), segment);
                        }
                    });
            problem = "";
        } catch (IOException e) {
            String line = FileErrors.line(e);
            if (!line.equals(problem)) {
                LOG.log(Level.WARNING, "{0}; until then no segment counts as archived", line);
            }
            problem = line;
        }
        return read;
    }

    @Override
    public boolean prove(StoredSegment segment) {
        SegmentName name = SegmentName.parse(segment.name());
        SegmentFile file = name == null ? null : SegmentFile.of(name, journal.resolve(segment.name()));
        Archived archived = file == null || file.start() == null ? null : known.get(file.start());
        if (file == null || archived == null) {
            return false;
        }
        try {
            boolean same = file.digest(archived.last()).equals(archived.content())
                    && file.summary(false).lastSequence() <= archived.last();
            if (!same && refuted.add(archived)) {
                LOG.log(
                        Level.WARNING,
                        "{0}: is not what was archived as {1}; it stays",
                        file.path(),
                        archived.archive());
            }
            return same;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}; it stays", FileErrors.line(e));
            return false;
        }
    }
}
