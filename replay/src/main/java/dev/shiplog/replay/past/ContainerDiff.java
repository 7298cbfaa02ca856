package dev.shiplog.replay.past;

import dev.shiplog.replay.past.Change.Told;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares a container with itself at a later moment, or with the one that took its place. Values of environment variables
 * are compared and never told; where redaction took a value, nobody knows whether it changed, unless the container is the
 * same. Pure.
 */
final class ContainerDiff {
    private static final String REDACTED = "<redacted>";
    private static final Told SET = Told.of("set");

    private final ContainerState old;
    private final ContainerState now;
    private final boolean isSame;
    private final List<Change> changes = new ArrayList<>();

    private ContainerDiff(ContainerState old, ContainerState now) {
        this.old = old;
        this.now = now;
        this.isSame = old.container().id().equals(now.container().id());
    }

    /**
     * What is different.
     *
     * @param old at the earlier moment
     * @param now at the later one
     * @param moment the earlier one, ns since the epoch
     */
    static List<Change> of(ContainerState old, ContainerState now, long moment) {
        ContainerDiff diff = new ContainerDiff(old, now);
        diff.identity();
        diff.state(moment);
        diff.traits();
        return diff.changes;
    }

    /** What it does, in the word of docker. */
    static String status(ContainerState container) {
        return container.status().name().toLowerCase(Locale.ROOT);
    }

    private void identity() {
        if (!isSame) {
            add(
                    Change.RECREATED,
                    Told.id(old.container().id()),
                    Told.id(now.container().id()));
        }
        if (!old.container().name().equals(now.container().name())) {
            add("renamed", text(old.container().name()), text(now.container().name()));
        }
    }

    private void state(long moment) {
        boolean isKnown =
                old.status() != ContainerState.Status.UNKNOWN && now.status() != ContainerState.Status.UNKNOWN;
        if (old.status() != now.status()) {
            add("state", "", Told.of(status(old)), Told.of(status(now)), isKnown);
        }
        if (isSame && old.isAlive() && now.isAlive() && now.started() > moment) {
            add("started again", time(old.started()), time(now.started()));
        }
        if (isEndKnown(old) && isEndKnown(now)) {
            compare("exit code", code(old), code(now));
        } else if (isEndKnown(old) != isEndKnown(now)) {
            add("exit code", "", end(old), end(now), false);
        }
        compare("health", text(old.health()), text(now.health()));
        compare("out of memory", text(old.oomKilled() ? "true" : ""), text(now.oomKilled() ? "true" : ""));
        compare("error", text(old.error()), text(now.error()));
    }

    private static boolean hasEnded(ContainerState container) {
        return switch (container.status()) {
            case EXITED, RESTARTING, DEAD -> true;
            case UNKNOWN, CREATED, RUNNING, PAUSED, REMOVING, REMOVED -> false;
        };
    }

    private static boolean isEndKnown(ContainerState container) {
        return !hasEnded(container) || container.exitCode() != null;
    }

    /** The code that it ended with, if it has ended. */
    private static @Nullable Told code(ContainerState container) {
        Integer code = container.exitCode();
        return code != null && hasEnded(container) ? Told.of(code.toString()) : null;
    }

    private static @Nullable Told end(ContainerState container) {
        return isEndKnown(container) ? code(container) : Told.NOT_KNOWN;
    }

    private static @Nullable Told text(String text) {
        return text.isEmpty() ? null : Told.of(text);
    }

    private static @Nullable Told time(long nanos) {
        return nanos == 0 ? null : new Told(String.valueOf(nanos), Times.formatSeconds(nanos));
    }

    private void traits() {
        Json earlier = Json.parse(old.description());
        Json later = Json.parse(now.description());
        if (earlier == null || later == null) {
            add("description", "", described(earlier), described(later), false);
            return;
        }
        for (Trait trait : Trait.ALL) {
            compare(trait, trait.values().apply(earlier), trait.values().apply(later));
        }
    }

    private static Told described(@Nullable Json description) {
        return description == null ? Told.NOT_KNOWN : Told.of("known");
    }

    private void compare(Trait trait, Map<String, Told> earlier, Map<String, Told> later) {
        SortedSet<String> keys = new TreeSet<>(earlier.keySet());
        keys.addAll(later.keySet());
        SortedSet<String> notKnown = new TreeSet<>();
        for (String key : keys) {
            Told was = earlier.get(key);
            Told is = later.get(key);
            if (was != null && is != null && mayLieInTheRedacted(was, is)) {
                notKnown.add(key);
            } else if (was == null ? is != null : !was.equals(is)) {
                add(trait, key, was, is);
            }
        }
        if (!notKnown.isEmpty() && !isSame) {
            add(trait.label(), String.join(", ", notKnown), Told.of(REDACTED), Told.NOT_KNOWN, false);
        }
    }

    /** Whether a difference of two values, if there is one, may be in what was redacted and nowhere else. */
    private static boolean mayLieInTheRedacted(Told was, Told is) {
        boolean wasRedacted = was.shown().contains(REDACTED);
        boolean isRedacted = is.shown().contains(REDACTED);
        return wasRedacted != isRedacted || wasRedacted && was.equals(is);
    }

    private void add(Trait trait, String key, @Nullable Told was, @Nullable Told is) {
        if (trait.isHidden()) {
            Told hidden = was != null && is != null ? Told.of("changed") : SET;
            add(trait.label(), key, was == null ? null : SET, is == null ? null : hidden, true);
        } else {
            add(trait.label(), trait.label().equals(Change.IMAGE_ID) ? commonImage() : key, was, is, true);
        }
    }

    /** The tag that now stands for another image; empty if the container was made from another tag. */
    private String commonImage() {
        String image = old.container().image();
        return image.equals(now.container().image()) ? image : "";
    }

    private void compare(String what, @Nullable Told was, @Nullable Told is) {
        if (was == null ? is != null : !was.equals(is)) {
            add(what, was, is);
        }
    }

    private void add(String what, @Nullable Told was, @Nullable Told is) {
        add(what, "", was, is, true);
    }

    private void add(String what, String key, @Nullable Told was, @Nullable Told is, boolean isKnown) {
        changes.add(new Change(
                now.container().name(), old.container().id(), now.container().id(), what, key, was, is, isKnown));
    }
}
