package dev.shiplog.journal.file;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AtomicFileTest {
    @TempDir
    private Path directory;

    private Path target;

    @BeforeEach
    void writeTheOldContent() throws IOException {
        target = Files.writeString(directory.resolve("file"), "old");
    }

    private AtomicFile begin(String content) throws IOException {
        AtomicFile file = requireNonNull(AtomicFile.begin(target));
        file.channel().write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        return file;
    }

    @Test
    void replacesTheFileOnlyWhenItIsCommitted() throws IOException {
        try (AtomicFile file = begin("new")) {
            file.force();
            assertThat(target).hasContent("old");
            file.commit();
            assertThat(target).hasContent("new");
        }
        assertThat(target).hasContent("new");
        assertThat(AtomicFile.temporary(target)).doesNotExist();
    }

    @Test
    void leavesNothingOfWhatIsNotCommitted() throws IOException {
        begin("new").close();
        assertThat(target).hasContent("old");
        assertThat(AtomicFile.temporary(target)).doesNotExist();
    }

    @Test
    void overwritesWhatAKilledWriterLeft() throws IOException {
        Files.writeString(AtomicFile.temporary(target), "half of a longer content");
        try (AtomicFile file = begin("new")) {
            file.force();
            file.commit();
        }
        assertThat(target).hasContent("new");
    }

    @Test
    void refusesASecondWriterAndHarmsNotTheFirst() throws IOException {
        try (AtomicFile file = begin("new")) {
            assertThat(AtomicFile.begin(target)).isNull();
            file.force();
            file.commit();
        }
        assertThat(target).hasContent("new");
    }

    @Test
    void followsNoLinkAndWaitsForNoPipe() throws Exception {
        Path temporary = AtomicFile.temporary(target);
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "of somebody");
        Files.createSymbolicLink(temporary, elsewhere);
        begin("new").close();
        assertThat(elsewhere).hasContent("of somebody");

        assertThat(new ProcessBuilder("mkfifo", temporary.toString()).start().waitFor())
                .isZero();
        try (AtomicFile file = begin("new")) {
            file.force();
            file.commit();
        }
        assertThat(target).isRegularFile().hasContent("new");

        Files.createDirectory(temporary);
        assertThatThrownBy(() -> AtomicFile.begin(target)).hasMessage(temporary + ": is a directory; move it away");
    }
}
