package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lifecycle policies, which are kept and never carried out: ILM of Elasticsearch ("Create or update lifecycle policy API") and
 * ISM of OpenSearch ("ISM API"). ISM replaces a policy only for who names the sequence number that it has.
 */
final class Policies {
    private final boolean ism;
    private final Map<String, ObjectNode> policies = new TreeMap<>();
    private int sequence;

    Policies(boolean ism) {
        this.ism = ism;
    }

    Answer answer(Call call, String name, ObjectNode body) {
        ObjectNode kept = policies.get(name);
        switch (call.method()) {
            case "PUT" -> {
                if (!body.path("policy").isObject()) {
                    throw Refusal.of(400, "parse_exception", "policy is missing");
                }
                return ism ? putIsm(call, name, body, kept) : putIlm(name, body, kept);
            }
            case "DELETE" -> policies.remove(name);
            default -> {}
        }
        if (kept == null) {
            throw ism
                    ? Refusal.of(404, "status_exception", "Policy not found")
                    : Refusal.of(404, "resource_not_found_exception", "Lifecycle policy not found: " + name);
        }
        if (call.method().equals("DELETE")) {
            return Answer.json(200, JsonNodeFactory.instance.objectNode().put("acknowledged", true));
        }
        return Answer.json(
                200, ism ? kept : JsonNodeFactory.instance.objectNode().set(name, kept));
    }

    private Answer putIlm(String name, ObjectNode body, @Nullable ObjectNode kept) {
        ObjectNode policy = JsonNodeFactory.instance.objectNode();
        policy.put("version", kept == null ? 1 : kept.path("version").asInt() + 1);
        policy.put("modified_date", "2026-01-01T00:00:00.000Z").set("policy", body.get("policy"));
        policies.put(name, policy);
        return Answer.json(200, JsonNodeFactory.instance.objectNode().put("acknowledged", true));
    }

    private Answer putIsm(Call call, String name, ObjectNode body, @Nullable ObjectNode kept) {
        String named = call.query().getOrDefault("if_seq_no", "");
        if (kept != null && !named.equals(kept.path("_seq_no").asText())) {
            throw Refusal.of(
                    409,
                    "version_conflict_engine_exception",
                    "[" + name + "]: version conflict, document already exists (current version ["
                            + kept.path("_version").asInt() + "])");
        }
        ObjectNode policy = JsonNodeFactory.instance.objectNode().put("_id", name);
        policy.put("_version", kept == null ? 1 : kept.path("_version").asInt() + 1);
        policy.put("_seq_no", sequence++).put("_primary_term", 1).set("policy", body.get("policy"));
        policies.put(name, policy);
        return Answer.json(kept == null ? 201 : 200, policy);
    }
}
