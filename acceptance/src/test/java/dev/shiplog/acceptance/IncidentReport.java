package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What {@code replay explain} said of incidents, held against what their scripts did. Each incident counts once. */
final class IncidentReport {
    /** How an answer compares with the truth; later ones are worse. */
    enum Grade {
        RIGHT,
        /** It says that it does not know, and nothing that was recorded can tell. */
        UNKNOWABLE,
        UNKNOWN,
        /** The cause is right, but something that must be named is not. */
        INCOMPLETE,
        MISSING,
        WRONG,
        /** The script did not bring about what it should have: nothing that explain answers for. */
        UNSCRIPTED
    }

    private record Finding(Grade grade, String why) {}

    private final Map<String, List<JsonNode>> answers = new TreeMap<>();
    private final Map<String, List<JsonNode>> deaths = new TreeMap<>();
    private final Map<String, Map<Grade, Integer>> table = new TreeMap<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * @param verdicts the lines of explain
     * @param events what somebody heard who listened all the time
     */
    IncidentReport(List<Incident> incidents, List<JsonNode> verdicts, Collection<JsonNode> events) {
        for (JsonNode verdict : verdicts) {
            answers.computeIfAbsent(verdict.path("container").asText(), name -> new ArrayList<>())
                    .add(verdict);
        }
        answers.values()
                .forEach(list ->
                        list.sort(Comparator.comparing(v -> v.path("ended").asText())));
        events.stream()
                .filter(event -> event.path("Type").asText().equals("container")
                        && event.path("Action").asText().equals("die"))
                .sorted(Comparator.comparingLong(event -> event.path("timeNano").asLong()))
                .forEach(event -> deaths.computeIfAbsent(attribute(event, "name"), name -> new ArrayList<>())
                        .add(event));
        incidents.forEach(this::grade);
    }

    private static String attribute(JsonNode event, String key) {
        return event.path("Actor").path("Attributes").path(key).asText();
    }

    private void grade(Incident incident) {
        Grade worst = Grade.RIGHT;
        Map<String, List<End>> ends = new TreeMap<>();
        incident.ends()
                .forEach(end -> ends.computeIfAbsent(end.container(), name -> new ArrayList<>())
                        .add(end));
        for (Map.Entry<String, List<End>> container : ends.entrySet()) {
            for (Finding finding : compare(container.getKey(), container.getValue())) {
                if (finding.grade != Grade.RIGHT) {
                    remarks.add(finding.grade + ": " + incident.what() + ": " + finding.why);
                }
                worst = finding.grade.compareTo(worst) > 0 ? finding.grade : worst;
            }
        }
        table.computeIfAbsent(incident.kind(), kind -> new TreeMap<>()).merge(worst, 1, Integer::sum);
    }

    private List<Finding> compare(String container, List<End> ends) {
        String unscripted = unscripted(container, ends);
        if (unscripted != null) {
            return List.of(new Finding(Grade.UNSCRIPTED, unscripted));
        }
        List<JsonNode> said = answers.getOrDefault(container, List.of());
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < Math.max(ends.size(), said.size()); i++) {
            if (i >= ends.size()) {
                findings.add(new Finding(Grade.WRONG, "an end that was not: " + said.get(i)));
            } else if (said.size() < ends.size() && said.size() <= i) {
                Grade grade = ends.get(i).mayBeUnknown() ? Grade.UNKNOWABLE : Grade.MISSING;
                findings.add(new Finding(grade, "no line for " + ends.get(i) + " among " + said));
            } else {
                findings.add(compare(ends.get(i), said.get(i)));
            }
        }
        return findings;
    }

    private @Nullable String unscripted(String container, List<End> ends) {
        List<Integer> expected =
                ends.stream().filter(End::heard).map(End::exitCode).toList();
        List<Integer> heard = deaths.getOrDefault(container, List.of()).stream()
                .map(event -> Integer.parseInt(attribute(event, "exitCode")))
                .toList();
        boolean fits = ends.stream().anyMatch(end -> !end.heard()) || expected.size() == heard.size();
        for (int i = 0; fits && i < Math.min(expected.size(), heard.size()); i++) {
            Integer code = expected.get(i);
            fits = code == null || code.equals(heard.get(i)) || ends.stream().anyMatch(end -> !end.heard());
        }
        return fits ? null : container + " should have died with " + expected + ", but did with " + heard;
    }

    private static Finding compare(End end, JsonNode said) {
        String cause = said.path("cause").asText();
        boolean unknown =
                cause.equals("unknown") || said.path("confidence").asText().equals("unknown");
        if (unknown) {
            Grade grade = end.mayBeUnknown() ? Grade.UNKNOWABLE : Grade.UNKNOWN;
            return new Finding(grade, "not " + end.causes() + ": " + said);
        }
        String wrong = wrong(end, said);
        if (wrong != null) {
            return new Finding(Grade.WRONG, wrong + ": " + said);
        }
        String incomplete = incomplete(end, said);
        return incomplete == null
                ? new Finding(Grade.RIGHT, "")
                : new Finding(Grade.INCOMPLETE, incomplete + ": " + said);
    }

    private static @Nullable String wrong(End end, JsonNode said) {
        if (!end.causes().contains(said.path("cause").asText())) {
            return "the cause is " + end.causes();
        }
        JsonNode code = said.path("exit_code");
        if (end.exitCode() != null && code.isInt() && code.asInt() != end.exitCode()) {
            return "the exit code is " + end.exitCode();
        }
        JsonNode restarted = said.path("restarted");
        if (restarted.isTextual() && !restarted.asText().equals(end.restarted())) {
            return "it was restarted by " + end.restarted();
        }
        Set<String> fine = new HashSet<>(Set.of("near-limit", "memory-growing"));
        fine.addAll(end.factors());
        fine.addAll(end.allowed());
        if (said.path("duration_s").asDouble() < 1.1) {
            fine.add("short-life");
        }
        for (String factor : words(said.path("factors"))) {
            if (!fine.contains(factor)) {
                return factor + " has no part in it";
            }
        }
        String mover = said.path("first_mover").path("container").asText();
        boolean isMover = mover.isEmpty() || mover.equals(end.mover()) || End.ANY.equals(end.mover());
        return isMover ? null : mover + " is not the first mover, but " + end.mover();
    }

    private static @Nullable String incomplete(End end, JsonNode said) {
        Set<String> factors = words(said.path("factors"));
        if (!factors.containsAll(end.factors())) {
            return "not all of " + end.factors() + " are named";
        }
        if (end.restarted() != null && !said.path("restarted").isTextual()) {
            return "it was restarted by " + end.restarted();
        }
        String mover = end.mover();
        if (mover != null && !mover.equals(End.ANY) && !said.path("first_mover").isObject()) {
            return mover + " is the first mover";
        }
        Set<String> followers = new HashSet<>();
        said.path("followed").forEach(f -> followers.add(f.path("container").asText()));
        return followers.containsAll(end.followers()) ? null : end.followers() + " followed";
    }

    private static Set<String> words(JsonNode list) {
        Set<String> words = new HashSet<>();
        list.forEach(word -> words.add(word.asText()));
        return words;
    }

    /** A line for each incident that was not right. */
    List<String> remarks() {
        return remarks;
    }

    int count(Grade... grades) {
        return table.keySet().stream().mapToInt(kind -> count(kind, grades)).sum();
    }

    private int count(String kind, Grade... grades) {
        return Stream.of(grades)
                .mapToInt(grade -> table.getOrDefault(kind, Map.of()).getOrDefault(grade, 0))
                .sum();
    }

    /** Right ones among those that can be known, from 0 to 1. */
    double share() {
        return share(count(Grade.RIGHT), count(Grade.values()) - count(Grade.UNKNOWABLE, Grade.UNSCRIPTED));
    }

    /** Kinds of which less than this share is right. */
    List<String> below(double share) {
        return table.keySet().stream()
                .filter(kind -> share(
                                count(kind, Grade.RIGHT),
                                count(kind, Grade.values()) - count(kind, Grade.UNKNOWABLE, Grade.UNSCRIPTED))
                        < share)
                .toList();
    }

    private static double share(int right, int all) {
        return all == 0 ? 1 : (double) right / all;
    }

    /** A row for each kind, a column for each grade. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("%-36s".formatted(""));
        for (Grade grade : Grade.values()) {
            text.append("%11s".formatted(grade.name().toLowerCase(java.util.Locale.ROOT)));
        }
        for (String kind : table.keySet()) {
            text.append("%n%-36s".formatted(kind));
            for (Grade grade : Grade.values()) {
                text.append("%11d".formatted(count(kind, grade)));
            }
        }
        text.append("%n%-36s".formatted("all"));
        for (Grade grade : Grade.values()) {
            text.append("%11d".formatted(count(grade)));
        }
        return text.toString();
    }
}
