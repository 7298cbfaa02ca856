package dev.shiplog.recorder;

import dev.shiplog.journal.file.Access;
import dev.shiplog.timeline.Amounts;
import dev.shiplog.timeline.ContainerRule;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the texts of settings, and writes values as people type them. Each reader throws an
 * {@link IllegalArgumentException} in one line for the user: what is wrong and how to write it.
 */
final class Readings {
    /** More is a mistake, and much more would not fit the clock. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration SHORTEST_KEEP = Duration.ofMinutes(1);
    /** A hundred years; a few more would not fit the clock. */
    private static final Duration LONGEST_KEEP = Duration.ofDays(36_500);

    private static final long SMALLEST_KEEP = 1 << 20;

    private Readings() {}

    static Path directory(String text) {
        return path(text, "a directory is needed");
    }

    static Path file(String text) {
        return path(text, "a file is needed");
    }

    private static Path path(String text, String needed) {
        try {
            if (text.isEmpty()) {
                throw new IllegalArgumentException(needed);
            }
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", e);
        }
    }

    /** Basic authentication puts a colon after it. */
    static String user(String text) {
        if (text.isEmpty() || text.indexOf(':') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\" is not a name; it must not be empty, or have a colon");
        }
        return text;
    }

    /** A number need not be known on this host: in a container the host's groups have no names. */
    static String group(String text) {
        try {
            if (!text.isEmpty()) {
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(text);
            }
            return text;
        } catch (UserPrincipalNotFoundException e) {
            throw new IllegalArgumentException(
                    "there is no group \"" + text + "\" here; make it, or give the group's number", e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalArgumentException(
                    "group \"" + text + "\" cannot be looked up; give the group's number", e);
        }
    }

    /** With a group, its members may read unless the mode says otherwise. */
    static Access access(String group, Set<PosixFilePermission> mode) {
        return new Access(
                group, mode.isEmpty() && !group.isEmpty() ? PosixFilePermissions.fromString("rwxr-x---") : mode);
    }

    /** @return empty for an empty text */
    static Set<PosixFilePermission> mode(String text) {
        if (text.isEmpty()) {
            return Set.of();
        }
        // Only a recorder writes, and there is one.
        if (!text.matches("0?7[0145][0145]")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a mode of a journal; write 0700, 0750 or 0755: only its owner may write");
        }
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bits = Integer.parseInt(text, 8);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((bits & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    static Duration duration(String text) {
        Duration duration = text.equals("0") ? Duration.ZERO : Amounts.duration(text);
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long; the most is 24h");
        }
        return duration;
    }

    static Duration statsInterval(String text) {
        return duration(text).isZero() ? Duration.ZERO : atLeast(Duration.ofSeconds(1), text);
    }

    static Duration atLeast(Duration least, String text) {
        Duration duration = duration(text);
        if (duration.compareTo(least) < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too short; the least is " + text(least));
        }
        return duration;
    }

    /** What waits longer is not found out to be gone. */
    static Duration engineTimeout(String text) {
        Duration timeout = atLeast(Duration.ofSeconds(1), text);
        if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long; the most is 10m");
        }
        return timeout;
    }

    /** A unit that was left out must not delete a journal. */
    static Duration keepFor(String text) {
        Duration keep = text.equals("0") ? Duration.ZERO : Amounts.duration(text);
        if (!keep.isZero() && keep.compareTo(SHORTEST_KEEP) < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too short; the least is 1m, and 0 is no limit");
        }
        if (keep.compareTo(LONGEST_KEEP) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long; the most is 36500d, and 0 is no limit");
        }
        return keep;
    }

    /** As {@link #keepFor}. */
    static long keepBytes(String text) {
        long keep = Amounts.bytes(text);
        if (keep != 0 && keep < SMALLEST_KEEP) {
            throw new IllegalArgumentException("\"" + text + "\" is too small; the least is 1MiB, and 0 is no limit");
        }
        return keep;
    }

    static int count(String text) {
        if (!text.matches("[1-9]\\d{0,6}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number from 1 to 9999999");
        }
        return Integer.parseInt(text);
    }

    static <E extends Enum<E>> E choice(String text, E[] choices) {
        StringBuilder labels = new StringBuilder();
        for (E choice : choices) {
            if (label(choice).equals(text)) {
                return choice;
            }
            labels.append(labels.isEmpty() ? "" : ", ").append(label(choice));
        }
        throw new IllegalArgumentException("\"" + text + "\" is not one of " + labels);
    }

    static String label(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String text(Duration duration) {
        if (!duration.isZero() && duration.equals(Duration.ofDays(duration.toDays()))) {
            return duration.toDays() + "d";
        }
        return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    static String texts(List<ContainerRule> rules) {
        return String.join(",", rules.stream().map(ContainerRule::text).toList());
    }
}
