package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RejectsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("rejected.ndjson");
    }

    /** Documents 1 to 5, of which the cluster refuses two. */
    private void refuse() throws IOException {
        Outcome outcome = new Outcome(5);
        for (int i : List.of(0, 2, 3)) {
            outcome.settle(i, Outcome.Fate.CREATED);
        }
        outcome.refuse(4, "400: mapper_parsing_exception: failed to parse \"x\"\nin a line");
        outcome.refuse(1, "413: too large: 7 bytes");
        try (Rejects rejects = Rejects.open(file())) {
            rejects.add(Bulks.of(1, 5), outcome);
        }
    }

    @Test
    void keepsReasonActionAndDocumentOfWhatWasRefused() throws IOException {
        refuse();
        List<String> lines = Files.readAllLines(file());
        assertThat(lines).hasSize(2);
        List<String> reasons =
                List.of("413: too large: 7 bytes", "400: mapper_parsing_exception: failed to parse \"x\"\nin a line");
        for (int i = 0; i < 2; i++) {
            long sequence = i == 0 ? 2 : 5;
            JsonNode line = JSON.readTree(lines.get(i));
            assertThat(line.path("reason").asText()).isEqualTo(reasons.get(i));
            assertThat(line.path("action")).isEqualTo(JSON.readTree(Bulks.action(sequence)));
            assertThat(line.path("document")).isEqualTo(JSON.readTree(Bulks.document(sequence)));
        }
    }

    @Test
    void growsFromShipmentToShipment() throws IOException {
        refuse();
        String first = Files.readString(file());
        refuse();
        assertThat(file()).hasContent(first + first);
    }

    /** A kill or a full disk left a part of a line: what it was of is sent and refused again. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{\"reason\":\"old\"}\n"})
    void dropsTheHalfOfALineThatWasLeft(String before) throws IOException {
        Files.writeString(file(), before + "{\"reason\":\"400: " + "y".repeat(100_000));
        refuse();
        List<String> lines = Files.readAllLines(file());
        assertThat(lines).hasSize(2 + (before.isEmpty() ? 0 : 1));
        for (String line : lines) {
            assertThat(JSON.readTree(line).has("reason")).isTrue();
        }
    }

    @Test
    void leavesAFileOfWholeLinesAsItIs() throws IOException {
        refuse();
        String first = Files.readString(file());
        Rejects.open(file()).close();
        assertThat(file()).hasContent(first);
        Files.writeString(file(), "\n", StandardOpenOption.APPEND);
        Rejects.open(file()).close();
        assertThat(Files.readString(file())).isEqualTo(first + "\n");
    }
}
