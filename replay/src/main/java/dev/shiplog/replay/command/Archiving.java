package dev.shiplog.replay.command;

import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.file.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Finds how long ago everything was archived that was to be archived to a directory. */
final class Archiving {
    private Archiving() {}

    /** A sentence for people; null if nothing was archived to the directory, or it forgot. */
    static @Nullable String sentence(Path directory, InstantSource clock) {
        if (!Files.exists(directory.resolve(ArchiveState.FILE))) {
            return null;
        }
        try {
            long succeeded = ArchiveState.read(directory).succeeded();
            if (succeeded == 0) {
                return "No run of replay archive has been complete so far.";
            }
            Duration age = Duration.between(Instant.ofEpochSecond(0, succeeded), clock.instant());
            return age.isNegative()
                    ? "The last complete run of replay archive was in the future."
                    : "The last complete run of replay archive was " + Recording.age(age) + " ago.";
        } catch (IOException e) {
            return Console.printable(FileErrors.line(e));
        }
    }
}
