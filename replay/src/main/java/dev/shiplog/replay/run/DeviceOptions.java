package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of options about devices and their limits, and about {@code ulimit}. Pure. */
final class DeviceOptions {
    private DeviceOptions() {}

    /** {@code NAME=SOFT:HARD}. */
    static List<String> ulimits(Json list) {
        return list.children().stream()
                .map(limit ->
                        limit.text("Name") + "=" + Members.text(limit, "Soft") + ":" + Members.text(limit, "Hard"))
                .toList();
    }

    /** {@code PATH:RATE}. */
    static List<String> rates(Json list, String rate) {
        return list.children().stream()
                .map(device -> device.text("Path") + ":" + Members.text(device, rate))
                .toList();
    }

    /** {@code OUTSIDE[:INSIDE[:PERMISSIONS]]}. */
    static List<String> devices(Json list) {
        List<String> devices = new ArrayList<>();
        for (Json device : list.children()) {
            String outside = device.text("PathOnHost");
            String inside = device.text("PathInContainer");
            String permissions = device.text("CgroupPermissions");
            boolean usual = permissions.isEmpty() || permissions.equals("rwm");
            devices.add(outside
                    + (usual && (inside.isEmpty() || inside.equals(outside)) ? "" : ":" + inside)
                    + (usual ? "" : ":" + permissions));
        }
        return devices;
    }

    /** Adds what {@code --gpus} asks for, and devices by the names that their makers give them. */
    static void addRequests(Draft draft) {
        Json requests = draft.member("HostConfig.DeviceRequests");
        for (Json request : requests == null ? List.<Json>of() : requests.children()) {
            List<String> ids = list(request.get("DeviceIDs"));
            if (request.text("Driver").equals("cdi")) {
                ids.forEach(id -> draft.add("--device", id));
            } else {
                draft.add("--gpus", gpus(request, ids, draft));
            }
        }
    }

    private static String gpus(Json request, List<String> ids, Draft draft) {
        List<String> fields = new ArrayList<>();
        String count = Members.text(request, "Count");
        if (!ids.isEmpty()) {
            fields.add("device=" + String.join(",", ids));
        } else {
            fields.add(count.equals("-1") ? "all" : "count=" + count);
        }
        if (!request.text("Driver").isEmpty()) {
            fields.add("driver=" + request.text("Driver"));
        }
        Json capabilities = request.get("Capabilities");
        List<Json> sets = capabilities == null ? List.of() : capabilities.children();
        List<String> wanted = sets.isEmpty() ? List.of() : new ArrayList<>(Draft.texts(sets.get(0)));
        if (sets.size() > 1) {
            draft.note("HostConfig.DeviceRequests: other sets of capabilities than the first");
        }
        if (!wanted.equals(List.of("gpu"))) {
            // The client adds "gpu" by itself.
            fields.add("capabilities="
                    + String.join(
                            ",",
                            wanted.stream()
                                    .filter(capability -> !capability.equals("gpu"))
                                    .toList()));
        }
        Json options = request.get("Options");
        if (options != null && !options.names().isEmpty()) {
            fields.add("options=" + String.join(",", OptionTable.pairs(options)));
        }
        return Members.csv(fields);
    }

    private static List<String> list(@Nullable Json list) {
        return list == null ? List.of() : Draft.texts(list);
    }
}
