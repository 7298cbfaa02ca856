package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dashboard that is shipped for Grafana, as its file says. */
final class Dashboard {
    private static final Path FILE = Path.of("..", "deploy", "grafana", "dashboards", "shiplog.json");

    /** The function by which Grafana lists the values of a variable. */
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), *([a-z_]+)\\)");

    /** What stands for the label of a series in a legend. */
    private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{ *([a-z_]+) *}}");

    private final JsonNode root;

    /**
     * One query.
     *
     * @param where the title of its panel, or the name of its variable
     * @param labels that its series must have to be told apart
     */
    record Query(String where, String expression, List<String> labels) {
        /** With the values of the dashboard's variables, by name. */
        String with(Map<String, String> variables) {
            String text = expression;
            for (Map.Entry<String, String> variable : variables.entrySet()) {
                text = text.replace("$" + variable.getKey(), variable.getValue());
            }
            return text;
        }
    }

    private Dashboard(JsonNode root) {
        this.root = root;
    }

    static Dashboard read() throws IOException {
        return new Dashboard(new ObjectMapper().readTree(FILE.toFile()));
    }

    /** All but the titles of rows. */
    List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        root.path("panels").forEach(panel -> {
            if (!panel.path("type").asText().equals("row")) {
                panels.add(panel);
            }
        });
        return panels;
    }

    /** The titles of rows. */
    List<String> rows() {
        List<String> titles = new ArrayList<>();
        root.path("panels").forEach(panel -> {
            if (panel.path("type").asText().equals("row")) {
                titles.add(panel.path("title").asText());
            }
        });
        return titles;
    }

    /** Those of panels, and those that fill variables. */
    List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : panels()) {
            for (JsonNode target : panel.path("targets")) {
                List<String> labels = IN_LEGEND
                        .matcher(target.path("legendFormat").asText())
                        .results()
                        .map(label -> label.group(1))
                        .toList();
                queries.add(new Query(
                        panel.path("title").asText(), target.path("expr").asText(), labels));
            }
        }
        for (JsonNode variable : root.path("templating").path("list")) {
            Matcher query =
                    LABEL_VALUES.matcher(variable.path("query").path("query").asText());
            if (query.matches()) {
                queries.add(new Query("$" + variable.path("name").asText(), query.group(1), List.of(query.group(2))));
            }
        }
        return queries;
    }
}
