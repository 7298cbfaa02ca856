package dev.shiplog.recorder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out from the kernel which container this process runs in. */
final class OwnContainer {
    /** The engine mounts these files from a directory that is named after the container. */
    private static final Pattern MOUNTED =
            Pattern.compile("\\S+ \\S+ \\S+ \\S*/([0-9a-f]{64})/\\S* /etc/(?:hostname|hosts|resolv\\.conf) .*");

    /** {@code docker-ID.scope}, {@code docker/ID}, {@code libpod-ID.scope}; a cgroup namespace hides it. */
    private static final Pattern CGROUP = Pattern.compile(".*[/-]([0-9a-f]{64})(?:\\.scope)?(?:/.*)?");

    private OwnContainer() {}

    /** The full id; empty if the process runs in none, or if nothing says so. */
    static String id() {
        return id(lines("/proc/self/mountinfo"), lines("/proc/self/cgroup"));
    }

    static String id(List<String> mounts, List<String> groups) {
        String mounted = first(MOUNTED, mounts);
        return mounted.isEmpty() ? first(CGROUP, groups) : mounted;
    }

    private static String first(Pattern pattern, List<String> lines) {
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        return "";
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
