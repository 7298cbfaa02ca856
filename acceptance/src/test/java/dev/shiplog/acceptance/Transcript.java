package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a reader finds in journals, a line each, so that two readers can be compared: of a record all fields and every
 * byte, {@code sequence kind subject time received monotonic restated payload-in-base64}; of a loss where it is and what
 * it costs, {@code lost segment from-offset to-offset from-sequence to-sequence}.
 */
final class Transcript {
    private static final Path PYTHON_READER = Path.of("..", "docs", "read_journal.py");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Transcript() {}

    /** What {@link Cursor} finds. */
    static List<String> ofCursor(Path... sources) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(sources))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                switch (step) {
                    case RECORD, UNKNOWN -> lines.add(line(cursor.record()));
                    case LOSS -> lines.add(line(cursor.loss()));
                    case COPY, END -> {}
                }
            }
        }
        return lines;
    }

    private static String line(RecordView record) {
        Bytes payload = new Bytes(1024);
        record.payload(payload);
        return String.join(
                " ",
                String.valueOf(record.sequence()),
                Kind.label(record.kindCode()),
                record.subject(),
                String.valueOf(record.time()),
                String.valueOf(record.received()),
                String.valueOf(record.monotonic()),
                String.valueOf(record.restated()),
                Base64.getEncoder().encodeToString(payload.toArray()));
    }

    private static String line(Loss loss) {
        return "lost " + loss.segment() + " " + loss.place().from() + " "
                + loss.place().to() + " " + loss.sequences().from() + " "
                + loss.sequences().to();
    }

    /** What the reader finds that was written from the page on the format; skips the test where there is no Python. */
    static List<String> ofPython(Path... sources) throws IOException, InterruptedException {
        requirePython();
        List<String> command = new ArrayList<>(List.of("python3", PYTHON_READER.toString()));
        Stream.of(sources).map(Path::toString).forEach(command::add);
        Path errors = Files.createTempFile("python", ".err");
        try {
            Process python =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            List<String> lines = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Transcript::ofJson)
                    .toList();
            boolean any = lines.stream().anyMatch(line -> line.startsWith("lost "));
            assertThat(python.waitFor()).as(Files.readString(errors)).isEqualTo(any ? 4 : 0);
            return lines;
        } finally {
            Files.delete(errors);
        }
    }

    /** Skips the test without Python 3, but never in continuous integration. */
    static void requirePython() throws InterruptedException {
        require("python3 of 3.8 or newer", "python3", "-c", "import sys; sys.exit(sys.version_info < (3, 8))");
    }

    /** Skips the test if a command does not succeed, but never in continuous integration. */
    static void require(String what, String... command) throws InterruptedException {
        boolean there;
        try {
            there = new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            there = false;
        }
        boolean needed = "true".equals(System.getenv("CI"));
        assertThat(there || !needed).as("CI=true, and no " + what).isTrue();
        assumeTrue(there, "no " + what);
    }

    private static String ofJson(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            if (json.has("lost")) {
                return "lost " + fields(json, "lost", "from_offset", "to_offset", "from_sequence", "to_sequence");
            }
            String payload = json.has("payload_base64")
                    ? json.get("payload_base64").textValue()
                    : Base64.getEncoder()
                            .encodeToString(json.get("payload").textValue().getBytes(StandardCharsets.UTF_8));
            return fields(json, "sequence", "kind", "subject", "time", "received", "monotonic", "restated") + " "
                    + payload;
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }

    private static String fields(JsonNode json, String... names) {
        return String.join(
                " ", Stream.of(names).map(name -> json.get(name).asText()).toList());
    }

    /** Fails with the first line that differs, cut short: a payload may have megabytes. */
    static void assertSame(List<String> found, List<String> expected, String as) {
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            if (!found.get(i).equals(expected.get(i))) {
                throw new AssertionError(
                        as + ": line " + i + " is\n" + cut(found.get(i)) + "\nand not\n" + cut(expected.get(i)));
            }
        }
        assertThat(found.size()).as(as + ": lines").isEqualTo(expected.size());
    }

    private static String cut(String line) {
        return line.length() > 600 ? line.substring(0, 600) + "…" : line;
    }
}
