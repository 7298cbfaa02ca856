package dev.shiplog.recorder.writer;

import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds which segments are archived in a directory, by what they begin with, as of now. As long as that cannot be read,
 * none counts as archived. Belongs to the writer's thread.
 */
public final class ArchivedSegments implements Supplier<Predicate<SegmentStart>> {
    private static final System.Logger LOG = System.getLogger(ArchivedSegments.class.getName());
    private static final Predicate<SegmentStart> NONE = Set.<SegmentStart>of()::contains;

    private final @Nullable Path directory;
    /** What kept it from being read the last time; it is logged once. */
    private String problem = "";

    /** @param directory of the archives; null if there are none */
    public ArchivedSegments(@Nullable Path directory) {
        this.directory = directory;
    }

    @Override
    public Predicate<SegmentStart> get() {
        if (directory == null) {
            return NONE;
        }
        try {
            Set<SegmentStart> archived = ArchiveState.read(directory).chains().values().stream()
                    .flatMap(chain -> chain.segments().stream())
                    .filter(segment -> !segment.newest() && segment.start() != null)
                    .map(ArchiveState.Archived::start)
                    .collect(Collectors.toSet());
            problem = "";
            return archived::contains;
        } catch (IOException e) {
            String line = FileErrors.line(e);
            if (!line.equals(problem)) {
                LOG.log(Level.WARNING, "{0}; until then no segment counts as archived", line);
            }
            problem = line;
            return NONE;
        }
    }
}
