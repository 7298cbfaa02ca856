package dev.shiplog.replay.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.replay.query.Reached;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state of a shipment, which has a purpose; BatchTest has what an export makes of it. */
class CheckpointTest {
    private static final SortedMap<String, String> PURPOSE =
            new TreeMap<>(Map.of("to", "http://localhost:9200", "fields", "ecs"));
    private static final Map<String, Reached> REACHED =
            Map.of("a", new Reached(5, 500, false), "b", new Reached(7, 700, true));

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("shipped.json");
    }

    private void save() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file(), PURPOSE)) {
            checkpoint.save(REACHED);
        }
    }

    @Test
    void givesBackWhatWasSavedForTheSamePurpose() throws IOException {
        save();
        try (Checkpoint checkpoint = Checkpoint.open(file(), PURPOSE)) {
            assertThat(checkpoint.journals()).isEqualTo(REACHED);
        }
    }

    @Test
    void servesNoOtherPurpose() throws IOException {
        save();
        byte[] before = Files.readAllBytes(file());
        SortedMap<String, String> other = new TreeMap<>(PURPOSE);
        other.put("every", "1m");
        assertThatThrownBy(() -> Checkpoint.open(file(), other))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        file() + ": serves another shipment: --every was not given, and is '1m'; name another file");
        other.remove("every");
        other.put("to", "http://localhost:9201");
        assertThatThrownBy(() -> Checkpoint.open(file(), other))
                .isInstanceOf(IOException.class)
                .hasMessage(file() + ": serves another shipment: --to was 'http://localhost:9200', and is"
                        + " 'http://localhost:9201'; name another file");
        assertThatThrownBy(() -> Checkpoint.open(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was not written by an export");
        assertThat(file()).hasBinaryContent(before);
        assertThat(directory.resolve("shipped.json.tmp")).doesNotExist();
    }

    /** As when the disk was full for a moment: nothing of the first attempt is in the file. */
    @Test
    void savesAfterAnAttemptThatFailed() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file(), PURPOSE)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> checkpoint.save(Map.of("a", new Reached(1, 1, false))))
                    .hasRootCauseInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file()).doesNotExist();

            checkpoint.save(REACHED);
        }
        try (Checkpoint checkpoint = Checkpoint.open(file(), PURPOSE)) {
            assertThat(checkpoint.journals()).isEqualTo(REACHED);
        }
    }
}
