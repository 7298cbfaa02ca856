package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds what is mounted into a container. Not thread safe. */
final class StorageOptions {
    private static final int OCTAL = 8;

    private final Draft draft;
    /** Where something with a name is mounted, and where volumes without one. */
    private final Set<String> taken = new HashSet<>();

    private final Set<String> anonymous = new HashSet<>();

    StorageOptions(Draft draft) {
        this.draft = draft;
    }

    void add() {
        List<String> binds = draft.texts("HostConfig.Binds");
        binds.forEach(bind -> draft.add("--volume", bind));
        binds.forEach(bind -> taken.add(target(bind)));
        Json mounts = draft.member("HostConfig.Mounts");
        for (Json mount : mounts == null ? List.<Json>of() : mounts.children()) {
            draft.add("--mount", Members.csv(fields(mount)));
            boolean nameless =
                    mount.text("Type").equals("volume") && mount.text("Source").isEmpty();
            (nameless ? anonymous : taken).add(mount.text("Target"));
        }
        addAnonymous();
        Json tmpfs = draft.member("HostConfig.Tmpfs");
        for (int i = 0; tmpfs != null && i < tmpfs.names().size(); i++) {
            String options = tmpfs.children().get(i).text();
            draft.add("--tmpfs", tmpfs.names().get(i) + (options.isEmpty() ? "" : ":" + options));
        }
        noteAnonymous();
    }

    private static String target(String bind) {
        String[] parts = bind.split(":", 3);
        return parts.length > 1 ? parts[1] : parts[0];
    }

    /** Volumes without a name; where something else is mounted, the image has asked for one, and asks again. */
    private void addAnonymous() {
        Json volumes = draft.member("Config.Volumes");
        for (String target : volumes == null ? List.<String>of() : volumes.names()) {
            if (!taken.contains(target) && anonymous.add(target)) {
                draft.add("--volume", target);
            }
        }
    }

    private void noteAnonymous() {
        Json mounts = draft.member("Mounts");
        for (Json mount : mounts == null ? List.<Json>of() : mounts.children()) {
            String name = mount.text("Name");
            if (name.matches("[0-9a-f]{64}") && anonymous.contains(mount.text("Destination"))) {
                draft.note("the anonymous volume " + name + " at " + mount.text("Destination")
                        + ": a new, empty one takes its place; --volume with its name has its content");
            }
        }
    }

    private List<String> fields(Json mount) {
        List<String> fields = new ArrayList<>();
        put(fields, "type", mount, "Type");
        put(fields, "source", mount, "Source");
        put(fields, "target", mount, "Target");
        put(fields, "consistency", mount, "Consistency");
        putFlag(fields, "readonly", mount, "ReadOnly");
        Json bind = mount.get("BindOptions");
        if (bind != null) {
            put(fields, "bind-propagation", bind, "Propagation");
            putFlag(fields, "bind-nonrecursive", bind, "NonRecursive");
            putFlag(fields, "bind-create-src", bind, "CreateMountpoint");
            if (Members.isTrue(bind, "ReadOnlyNonRecursive")) {
                fields.add("bind-recursive=writable");
            }
            if (Members.isTrue(bind, "ReadOnlyForceRecursive")) {
                fields.add("bind-recursive=readonly");
            }
        }
        addVolume(fields, mount.get("VolumeOptions"));
        Json tmpfs = mount.get("TmpfsOptions");
        if (tmpfs != null) {
            put(fields, "tmpfs-size", tmpfs, "SizeBytes");
            long mode = Members.number(tmpfs.get("Mode"));
            if (mode != 0) {
                fields.add("tmpfs-mode=" + Long.toString(mode, OCTAL));
            }
            noteUnknown(tmpfs, List.of("SizeBytes", "Mode"));
        }
        Json image = mount.get("ImageOptions");
        if (image != null) {
            put(fields, "image-subpath", image, "Subpath");
        }
        noteUnknown(
                mount,
                List.of(
                        "Type",
                        "Source",
                        "Target",
                        "Consistency",
                        "ReadOnly",
                        "BindOptions",
                        "VolumeOptions",
                        "TmpfsOptions",
                        "ImageOptions"));
        return fields;
    }

    private void addVolume(List<String> fields, @Nullable Json volume) {
        if (volume == null || volume.type() != Json.Type.OBJECT) {
            return;
        }
        putFlag(fields, "volume-nocopy", volume, "NoCopy");
        put(fields, "volume-subpath", volume, "Subpath");
        Json driver = volume.get("DriverConfig");
        if (driver != null) {
            put(fields, "volume-driver", driver, "Name");
            addPairs(fields, "volume-opt=", driver.get("Options"));
        }
        addPairs(fields, "volume-label=", volume.get("Labels"));
        noteUnknown(volume, List.of("NoCopy", "Subpath", "DriverConfig", "Labels"));
    }

    private static void addPairs(List<String> fields, String field, @Nullable Json pairs) {
        if (pairs != null) {
            OptionTable.pairs(pairs).forEach(pair -> fields.add(field + pair));
        }
    }

    private static void put(List<String> fields, String field, Json object, String member) {
        if (!Members.isEmpty(object.get(member))) {
            fields.add(field + "=" + Members.text(object, member));
        }
    }

    private static void putFlag(List<String> fields, String field, Json object, String member) {
        if (Members.isTrue(object, member)) {
            fields.add(field + "=true");
        }
    }

    private void noteUnknown(Json object, List<String> known) {
        Members.unknown(object, known).forEach(member -> draft.note("HostConfig.Mounts: " + member));
    }
}
