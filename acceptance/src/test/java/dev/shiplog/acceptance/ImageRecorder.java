package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;

/**
 * A container of the image, and the journal that it writes.
 *
 * @param name of the container
 * @param journal on the host
 */
record ImageRecorder(BuiltImage image, String name, Path journal) {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** @param options of docker run, which also say where the engine is */
    static ImageRecorder run(BuiltImage image, String name, Path journal, String... options) throws Exception {
        return of("shiplog", image, name, journal, options);
    }

    /** The same of an image with another name. */
    static ImageRecorder of(String version, BuiltImage image, String name, Path journal, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "-d", "-v", journal + ":/srv/events", "--name=" + name));
        command.addAll(List.of(options));
        command.addAll(List.of(version, "--stats-interval", "1s"));
        image.docker(command.toArray(String[]::new));
        return new ImageRecorder(image, name, journal);
    }

    static ConditionFactory patiently() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200));
    }

    /** Waits for an event in another run than the one that began then; when this began, in ns. */
    long awaitRun(long before) {
        long[] began = new long[1];
        patiently().until(() -> {
            JsonNode state = image.inspect(name).path("State");
            Instant started = Instant.parse(state.path("StartedAt").asText());
            began[0] = started.getEpochSecond() * 1_000_000_000L + started.getNano();
            return state.path("Running").asBoolean()
                    && began[0] != before
                    && first(Kind.EVENT, began[0]).isPresent();
        });
        return began[0];
    }

    /** The first record of a kind in the run that began then. */
    OptionalLong first(Kind kind, long began) throws IOException {
        return records().stream()
                .filter(record -> record.received() >= began && record.kind() == kind)
                .mapToLong(Record::received)
                .min();
    }

    void awaitKinds(String... kinds) {
        patiently()
                .untilAsserted(() -> assertThat(records().stream()
                                .map(record -> record.kind().label())
                                .distinct())
                        .contains(kinds));
    }

    /** What it has written, nothing before it began. */
    List<Record> records() throws IOException {
        return Files.exists(journal.resolve(JournalLock.FILE)) ? RecordedJournal.read(journal) : List.of();
    }

    <M extends Mark> List<M> marks(Class<M> type) throws IOException {
        List<M> marks = new ArrayList<>();
        for (Record record : records()) {
            Mark mark = record.kind() == Kind.MARK ? Mark.fromJson(record.payload()) : null;
            if (type.isInstance(mark)) {
                marks.add(type.cast(mark));
            }
        }
        return marks;
    }

    /** The payloads of the events. */
    Stream<String> events() throws IOException {
        return records().stream()
                .filter(record -> record.kind() == Kind.EVENT)
                .map(record -> new String(record.payload(), StandardCharsets.UTF_8));
    }

    /** What a command prints that runs in the container beside it. */
    String exec(String... command) throws Exception {
        return image.docker(
                Stream.concat(Stream.of("exec", name), Stream.of(command)).toArray(String[]::new));
    }

    /** Its process, as the kernel does that runs out of memory: what "docker kill" ends, the engine does not start again. */
    void kill() throws Exception {
        long pid = image.inspect(name).path("State").path("Pid").asLong();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    /** As the operator does; it has nothing to say until then. */
    void stop() throws Exception {
        image.docker("stop", name);
        assertThat(marks(Mark.CleanStop.class)).hasSize(1);
    }
}
