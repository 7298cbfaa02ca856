package dev.shiplog.replay.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which records of one journal the files hold, each for itself, and which none of them holds. Not thread safe. */
final class Holdings {
    /** Records that follow each other without a hole in one file. */
    private record Run(Path file, long from, long to) {}

    /** Above all sequences that there are. */
    private static final long HIGHEST = 1L << 62;

    private final List<Run> runs = new ArrayList<>();
    private final TreeMap<Long, Path> beginnings = new TreeMap<>();
    private @Nullable Path file;
    private long from;
    private long to;

    /** What is added from now on is in this file. */
    void begin(Path holder) {
        close();
        file = holder;
    }

    /** Adds the next record of the file. */
    void add(long sequence) {
        if (from == 0 || sequence != to + 1) {
            close();
            from = sequence;
        }
        to = sequence;
    }

    /** Adds all of these, of which the file has none yet. */
    void add(long first, long last) {
        add(first);
        to = last;
    }

    /** The file begins with this record; where it ends is not known, so that it may hold all up to the next file, or any. */
    void addBeginning(Path holder, long first) {
        beginnings.put(first, holder);
    }

    /** Whether a file before this one holds the record. */
    boolean isHeldBefore(long sequence) {
        return runs.stream().anyMatch(run -> run.from <= sequence && sequence <= run.to);
    }

    private void close() {
        if (file != null && from > 0) {
            runs.add(new Run(file, from, to));
        }
        from = 0;
        to = 0;
    }

    /** What is missing before a record that a file holds. */
    Holes holes() {
        close();
        TreeSet<Long> firsts = new TreeSet<>(beginnings.keySet());
        runs.forEach(run -> firsts.add(run.from));
        beginnings.forEach((first, holder) -> {
            Long next = firsts.higher(first);
            runs.add(new Run(holder, first, next == null ? HIGHEST : next - 1));
        });
        runs.sort(Comparator.comparingLong(Run::from));
        Holes holes = new Holes();
        runs.forEach(run -> holes.addHeld(run.file, run.from, run.to));
        return holes;
    }
}
