package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Deletion of indices by their age, which the cluster does by itself: by index lifecycle management (ILM) of Elasticsearch, or
 * index state management (ISM), a plugin of OpenSearch. Both count from when an index was made.
 */
final class Lifecycle {
    private Lifecycle() {}

    /** The policy of ILM. */
    public static String ilm(String keep) {
        return """
                {
                  "policy": {
                    "phases": {
                      "hot": {"actions": {}},
                      "delete": {"min_age": "%s", "actions": {"delete": {}}}
                    }
                  }
                }
                """.formatted(keep);
    }

    /** The policy of ISM, which names the indices that it is for. */
    public static String ism(String keep, IndexTemplates templates) {
        String patterns =
                templates.patterns().stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
        return """
                {
                  "policy": {
                    "description": "Shiplog's indices, each deleted %1$s after it was made",
                    "default_state": "kept",
                    "states": [
                      {
                        "name": "kept",
                        "actions": [],
                        "transitions": [{"state_name": "deleted", "conditions": {"min_index_age": "%1$s"}}]
                      },
                      {"name": "deleted", "actions": [{"delete": {}}], "transitions": []}
                    ],
                    "ism_template": [{"index_patterns": [%2$s], "priority": %3$d}]
                  }
                }
                """.formatted(keep, patterns, IndexTemplates.PRIORITY);
    }

    /**
     * Installs a policy, by what the cluster has for it.
     *
     * @return what the index template has to name; null if nothing
     * @throws IOException if the cluster does not take it
     */
    static @Nullable String install(Asking asking, IndexTemplates templates, String keep) throws IOException {
        String name = templates.policyName();
        String ilm = "/_ilm/policy/" + name;
        String ism = "/_plugins/_ism/policies/" + name;
        Cluster.Answer answer = asking.put(ilm, ilm(keep).getBytes(StandardCharsets.UTF_8));
        if (answer.isFine()) {
            tell(asking, name, keep);
            return name;
        }
        if (!isUnknown(answer)) {
            throw new IOException("the policy " + name + " cannot be installed: " + answer.why());
        }
        Cluster.Answer kept = asking.get(ism);
        answer = asking.put(ism + replaced(kept), ism(keep, templates).getBytes(StandardCharsets.UTF_8));
        if (isUnknown(answer)) {
            asking.say("this cluster has neither ILM nor ISM: it deletes nothing by itself, --keep " + keep
                    + " has no effect");
        } else if (!answer.isFine()) {
            throw new IOException("the policy " + name + " cannot be installed: " + answer.why());
        } else {
            tell(asking, name, keep);
        }
        return null;
    }

    private static void tell(Asking asking, String name, String keep) {
        asking.say("installed the policy " + name + ": the cluster deletes each index " + keep + " after it was made");
    }

    /** ISM replaces a policy only for who says which one is meant. */
    private static String replaced(Cluster.Answer kept) {
        Json json = kept.isFine() ? kept.json() : null;
        Json number = json == null ? null : json.get("_seq_no");
        Json term = json == null ? null : json.get("_primary_term");
        return number == null || term == null ? "" : "?if_seq_no=" + number.text() + "&if_primary_term=" + term.text();
    }

    /** Whether the cluster knows no such thing: it says so in a word, or takes the path for the name of an index. */
    private static boolean isUnknown(Cluster.Answer answer) {
        Json json = answer.json();
        Json error = json == null ? null : json.get("error");
        boolean isWord = error != null && error.type() == Json.Type.STRING;
        boolean isIndex = error != null && error.text("type").equals("invalid_index_name_exception");
        return answer.status() == 404 || answer.status() == 405 || answer.status() == 400 && (isWord || isIndex);
    }
}
