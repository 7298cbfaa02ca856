package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;

/**
 * The members of the engine's answers to {@code /info} and {@code /version} that Shiplog acts upon; empty where the
 * answer lacks them.
 *
 * @param id the engine's, in {@code /info}
 * @param name the host's, in {@code /info}
 * @param version the engine's, in {@code /version}
 */
public record HostView(String id, String name, String version) {
    /** Reads either answer. Never fails: of one that is not JSON, what comes before the odd place counts. */
    public static HostView scan(byte[] payload) {
        return new HostView(
                PayloadJson.text(payload, "ID"),
                PayloadJson.text(payload, "Name"),
                PayloadJson.text(payload, "Version"));
    }

    /** The memory of the host in bytes, by the answer to {@code /info}; 0 if it does not say. */
    public static long memory(byte[] info) {
        Json answer = Json.parse(info);
        Json member = answer == null ? null : answer.get("MemTotal");
        return member == null || member.type() != Json.Type.NUMBER ? 0 : CounterLayout.number(member.text());
    }

    /** Whether an engine lets its containers live while it is away, by its answer to {@code /info}. */
    public static boolean liveRestores(byte[] info) {
        Json answer = Json.parse(info);
        Json member = answer == null ? null : answer.get("LiveRestoreEnabled");
        return member != null && member.type() == Json.Type.TRUE;
    }
}
