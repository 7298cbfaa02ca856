package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.archive.Rotation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A chain of archives, one of each segment of a journal, in a directory that does not remember them. */
final class TestArchives {
    private TestArchives() {}

    /** Archives all segments of a journal, unsigned; their files. */
    static List<Path> write(Path journal, Path target, Coding coding) throws IOException {
        return write(journal, target, coding, null);
    }

    /** Archives all segments of a journal; their files. */
    static List<Path> write(Path journal, Path target, Coding coding, @Nullable PrivateKey key) throws IOException {
        return write(journal, target, coding, "test 1", key);
    }

    /** The same by another program, so that all digests are others. */
    static List<Path> write(Path journal, Path target, Coding coding, String writer, @Nullable PrivateKey key)
            throws IOException {
        Path work = Files.createTempDirectory("archives");
        Rotation.Request request = new Rotation.Request(
                work, List.of(journal), null, true, false, false, coding, key, null, null, Long.MAX_VALUE, writer);
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));
        assertThat(new Rotation(request, new Silence(), clock).run()).doesNotContain(Rotation.Trouble.UNDONE);
        Files.createDirectories(target);
        List<Path> archives = new ArrayList<>();
        for (Path file : files(work)) {
            if (ArchiveName.matches(file.getFileName().toString())) {
                archives.add(Files.move(file, target.resolve(file.getFileName())));
            } else {
                Files.delete(file);
            }
        }
        Files.delete(work);
        return archives;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static final class Silence implements Rotation.Witness {
        @Override
        public void warn(String line) {}

        @Override
        public void mention(String line) {}

        @Override
        public void lost(Loss loss) {}

        @Override
        public void begin(String name, int number, int of) {}

        @Override
        public void passed(long more) {}

        @Override
        public boolean isStopped() {
            return false;
        }
    }
}
