package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The messages of a container's log, one text each: as the engine wrote them to its files, and as a journal holds them. */
final class EngineLog {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> STREAMS = List.of("tty", "stdout", "stderr", "engine");

    private EngineLog() {}

    /** What the engine's json-file driver wrote, and what it has rotated; nothing of a container that never ran. */
    static List<String> written(RealEngine engine, String id) throws IOException {
        JsonNode described = engine.inspect(id);
        boolean terminal = described.path("Config").path("Tty").asBoolean();
        List<String> messages = new ArrayList<>();
        if (described.path("LogPath").asText().isEmpty()) {
            return messages;
        }
        Path file = Path.of(described.path("LogPath").asText());
        for (int i = 9; i >= 0; i--) {
            Path part = i == 0 ? file : file.resolveSibling(file.getFileName() + "." + i);
            if (Files.exists(part)) {
                for (String line : Files.readAllLines(part)) {
                    JsonNode entry = JSON.readTree(line);
                    messages.add(text(
                            terminal ? "tty" : entry.path("stream").asText(),
                            entry.path("time").asText(),
                            entry.path("log").asText()));
                }
            }
        }
        return messages;
    }

    /** What a journal holds of it, in order. */
    static List<String> recorded(List<Record> journal, String id) {
        return journal.stream()
                .filter(record -> record.kind() == Kind.LOG && record.subject().equals(id))
                .map(record -> {
                    byte[] payload = record.payload();
                    int space = 1;
                    while (payload[space] != ' ') {
                        space++;
                    }
                    return text(
                            STREAMS.get(payload[0]),
                            new String(payload, 1, space - 1, UTF_8),
                            new String(payload, space + 1, payload.length - space - 1, UTF_8));
                })
                .toList();
    }

    private static String text(String stream, String time, String line) {
        return stream + " " + Instant.parse(time) + " " + line;
    }
}
