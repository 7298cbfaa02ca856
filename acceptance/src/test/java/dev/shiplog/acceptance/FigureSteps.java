package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The samples of a journal, each with the one to which it is compared; as docs/ecs-fields.md says, read as plain JSON. */
final class FigureSteps {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A sample.
     *
     * @param before the sample before it in the same life; null if there is none, or if samples are missing in between
     * @param born it is the first of a life of which the start was recorded, and nothing is missing since
     */
    record Step(
            long sequence,
            String container,
            DockerFigures now,
            @Nullable DockerFigures before,
            boolean born) {
        long nanos() {
            return before == null ? 0 : now.read() - before.read();
        }

        /** What came to a counter of {@link DockerFigures#counters}; 0 if that is not known. */
        long more(int counter) {
            long from = before == null ? 0 : before.counters().get(counter);
            return before == null && !born ? 0 : now.counters().get(counter) - from;
        }
    }

    private final Map<String, DockerFigures> last = new HashMap<>();
    private final Set<String> born = new HashSet<>();
    /** Samples are missing up to here, so that a start before then was not seen. */
    private long missingUntil;

    private final List<Step> steps = new ArrayList<>();

    private FigureSteps() {}

    static List<Step> of(List<Record> journal) throws IOException {
        FigureSteps all = new FigureSteps();
        for (Record record : journal) {
            switch (record.kind()) {
                case STATS -> all.sample(record);
                case EVENT -> all.event(record);
                case MARK -> all.mark(record);
                default -> {}
            }
        }
        return all.steps;
    }

    /** When each container was started. */
    static Map<String, NavigableSet<Long>> starts(List<Record> journal) throws IOException {
        Map<String, NavigableSet<Long>> starts = new HashMap<>();
        for (Record record : journal) {
            if (record.kind() == Kind.EVENT
                    && JSON.readTree(record.payload()).path("Action").asText().equals("start")) {
                starts.computeIfAbsent(record.subject(), id -> new TreeSet<>()).add(record.time());
            }
        }
        return starts;
    }

    private void sample(Record record) throws IOException {
        String id = record.subject();
        DockerFigures now = DockerFigures.of(record.payload());
        if (now == null) {
            throw new AssertionError("a sample of a container that does not run: " + record.sequence());
        }
        boolean first = born.remove(id);
        steps.add(new Step(record.sequence(), id, now, last.put(id, now), first));
    }

    private void event(Record record) throws IOException {
        JsonNode event = JSON.readTree(record.payload());
        String id = record.subject();
        DockerFigures known = last.get(id);
        boolean repeated =
                known != null && known.read() >= event.path("timeNano").asLong();
        if (event.path("Type").asText().equals("container") && !repeated) {
            switch (event.path("Action").asText()) {
                case "start" -> {
                    last.remove(id);
                    born.remove(id);
                    if (record.time() >= missingUntil) {
                        born.add(id);
                    }
                }
                case "die" -> {
                    last.remove(id);
                    born.remove(id);
                }
                default -> {}
            }
        }
    }

    private void mark(Record record) throws IOException {
        JsonNode mark = JSON.readTree(record.payload());
        switch (mark.path("mark").asText()) {
            case "start" -> {
                lose("", Long.MAX_VALUE);
                missingUntil = record.time();
            }
            case "clean-stop", "unclean-stop", "engine-down" -> lose("", Long.MAX_VALUE);
            case "gap" -> {
                if (mark.path("kind").asText("stats").matches("|stats")) {
                    String subject = mark.path("subject").asText();
                    long to = mark.path("to").asLong();
                    lose(subject, to);
                    missingUntil = subject.isEmpty() ? Math.max(missingUntil, to) : missingUntil;
                }
            }
            default -> {}
        }
    }

    /** Samples of the container, of all if it is empty, are missing up to {@code to}. */
    private void lose(String subject, long to) {
        born.removeIf(id -> subject.isEmpty() || subject.equals(id));
        last.entrySet()
                .removeIf(each -> (subject.isEmpty() || subject.equals(each.getKey()))
                        && each.getValue().read() < to);
    }
}
