package dev.shiplog.journal;

import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentStart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts segments in the order in which they are read. The files of one directory are a row, and so are the archives of one
 * journal, wherever they are, unless a directory holds segments of that journal: they belong to its row then. Used once.
 */
final class SegmentRows {
    /** By the id of a journal, the row of its segments. */
    private final Map<String, Object> homes = new LinkedHashMap<>();

    private SegmentRows() {}

    /**
     * All segments of all rows.
     *
     * @param found by directory; segment files first, by their names
     */
    static List<Segment> inOrder(Map<Path, List<Segment>> found) {
        SegmentRows rows = new SegmentRows();
        found.forEach(rows::addHomes);
        Map<Object, List<Segment>> members = new LinkedHashMap<>();
        found.forEach((directory, segments) -> {
            for (Segment segment : segments) {
                Object row = segment instanceof ArchivedSegment archive ? rows.home(archive) : directory;
                members.computeIfAbsent(row, r -> new ArrayList<>()).add(segment);
            }
        });
        List<Segment> all = new ArrayList<>();
        members.forEach((row, segments) -> all.addAll(inOrder(row, segments)));
        return all;
    }

    private void addHomes(Path directory, List<Segment> segments) {
        for (Segment segment : segments) {
            SegmentStart start = segment.start();
            if (start != null && !start.journal().isEmpty()) {
                boolean isFile = segment instanceof SegmentFile;
                homes.merge(start.journal(), isFile ? directory : start.journal(), (a, b) -> a instanceof Path ? a : b);
            }
        }
    }

    /** The row of an archive. One that cannot be read is of the journal that its name begins the id of. */
    private Object home(ArchivedSegment archive) {
        String journal = archive.journal();
        if (journal.isEmpty() || archive.isSelection()) {
            return archive.path();
        }
        return homes.entrySet().stream()
                .filter(home -> home.getKey().startsWith(journal))
                .findFirst()
                .<Object>map(Map.Entry::getValue)
                .orElse(archive.isReadable() ? journal : archive.path());
    }

    /**
     * Where a segment belongs in its row.
     *
     * @param journal its journal's index among those in the row
     * @param base sequence of its first record
     * @param rank among those that begin alike
     */
    private record Place(int journal, long base, int rank, Segment segment) {}

    private static List<Segment> inOrder(Object row, List<Segment> members) {
        Object rowOfFiles = members.stream()
                .filter(SegmentFile.class::isInstance)
                .findFirst()
                .map(Segment::row)
                .orElse(row);
        Map<SegmentStart, Integer> alike = new HashMap<>();
        for (Segment member : members) {
            if (member.start() != null) {
                alike.merge(member.start(), 1, Integer::sum);
            }
        }
        List<String> journals = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        Place before = null;
        for (Segment member : members) {
            if (member instanceof ArchivedSegment archive) {
                int journal = indexOf(archive.journal(), journals, 0);
                places.add(new Place(journal, archive.first(), rank(archive, alike), archive.inRow(rowOfFiles)));
                continue;
            }
            SegmentStart start = member.start();
            int journal = before == null ? 0 : before.journal;
            long base = before == null ? 0 : before.base;
            if (start != null) {
                base = start.first().base();
                journal = indexOf(start.journal(), journals, journal);
            }
            before = new Place(journal, base, ((SegmentFile) member).isNamedRightly() ? 1 : 2, member);
            places.add(before);
        }
        places.sort(Comparator.comparingInt(Place::journal)
                .thenComparingLong(Place::base)
                .thenComparingInt(Place::rank)); // stable: then by name
        return withCopiesBeforeOriginals(places);
    }

    private static int indexOf(String journal, List<String> journals, int otherwise) {
        for (int i = 0; i < journals.size(); i++) {
            if (!journal.isEmpty() && journals.get(i).startsWith(journal)) {
                return i;
            }
        }
        if (journal.isEmpty()) {
            return otherwise;
        }
        journals.add(journal);
        return journals.size() - 1;
    }

    /**
     * An archive comes before its segment, but after it where the segment may hold more.
     *
     * @param alike how many members of the row begin with each start
     */
    private static int rank(ArchivedSegment archive, Map<SegmentStart, Integer> alike) {
        SegmentStart start = archive.start();
        boolean alone = start == null || alike.getOrDefault(start, 0) == 1;
        return alone || archive.isWhole() ? 0 : 3;
    }

    private static List<Segment> withCopiesBeforeOriginals(List<Place> places) {
        Map<SegmentStart, SegmentFile> originals = new HashMap<>();
        List<Segment> ordered = new ArrayList<>();
        for (Place place : places) {
            if (!(place.segment instanceof SegmentFile segment)) {
                ordered.add(place.segment);
                continue;
            }
            SegmentFile original = original(segment, originals);
            if (original != null && segment.isIn(original)) {
                ordered.add(ordered.indexOf(original), segment.asCopyOf(original));
                continue;
            }
            if (original != null && original.isIn(segment)) {
                ordered.set(ordered.indexOf(original), original.asCopyOf(segment));
                originals.put(Objects.requireNonNull(original.start()), segment);
            }
            ordered.add(segment);
        }
        return ordered;
    }

    private static @Nullable SegmentFile original(SegmentFile segment, Map<SegmentStart, SegmentFile> originals) {
        return segment.start() == null ? null : originals.putIfAbsent(segment.start(), segment);
    }
}
