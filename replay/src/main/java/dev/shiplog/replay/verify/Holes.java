package dev.shiplog.replay.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The records that no file holds, as far as nothing explains yet why. Not thread safe. */
final class Holes {
    /**
     * Records that follow each other.
     *
     * @param before the file that holds what comes before them; null if nothing does
     * @param after the file that holds what comes after them; null if nothing does
     */
    record Hole(
            long from,
            long to,
            @Nullable Path before,
            @Nullable Path after) {}

    private final TreeMap<Long, Hole> holes = new TreeMap<>();
    /** By the first record of each run, the highest record of the runs up to it. */
    private final TreeMap<Long, Long> held = new TreeMap<>();
    /** The highest record that a file holds, or of which it is explained why none does. */
    private long last;

    private @Nullable Path lastFile;

    /** The file holds these records; to be called in the order of {@code from}. */
    void addHeld(Path file, long from, long to) {
        if (from > last + 1) {
            add(new Hole(last + 1, from - 1, lastFile, file));
        }
        if (to > last) {
            last = to;
            lastFile = file;
        }
        held.put(from, last);
    }

    private void add(Hole hole) {
        holes.put(hole.from, hole);
    }

    /** Whether a file holds {@code sequence} and the record before it, so that it is not the first of a new segment. */
    boolean isHeldWithin(long sequence) {
        Map.Entry<Long, Long> run = held.lowerEntry(sequence);
        return run != null && run.getValue() >= sequence;
    }

    /** The end of the hole that {@code sequence} is in; 0 if it is in none. */
    long end(long sequence) {
        Map.Entry<Long, Hole> at = holes.floorEntry(sequence);
        return at == null || at.getValue().to < sequence ? 0 : at.getValue().to;
    }

    /** Takes away what is explained: the records from {@code from} to {@code to}; returns which of them are missing. */
    List<Hole> take(long from, long to) {
        List<Hole> taken = new ArrayList<>();
        Long first = holes.floorKey(from);
        for (Hole hole : List.copyOf(holes.subMap(first == null ? from : first, true, Math.max(from, to), true)
                .values())) {
            if (hole.to < from || to < from) {
                continue;
            }
            holes.remove(hole.from);
            if (hole.from < from) {
                add(new Hole(hole.from, from - 1, hole.before, hole.after));
            }
            if (hole.to > to) {
                add(new Hole(to + 1, hole.to, hole.before, hole.after));
            }
            taken.add(new Hole(Math.max(hole.from, from), Math.min(hole.to, to), hole.before, hole.after));
        }
        if (to > last) {
            taken.add(new Hole(Math.max(last + 1, from), to, null, null));
            last = to;
        }
        return taken;
    }

    /** The highest record that a file holds, or of which it is explained why none does. */
    long last() {
        return last;
    }

    /** What is not explained. */
    List<Hole> rest() {
        return List.copyOf(holes.values());
    }
}
