package dev.shiplog.replay.verify;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.segment.Segment;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that are to be checked, and what the directories of archives remember of theirs. A run of {@code replay
 * archive} may be at work meanwhile: it puts an archive on the disk, names it in the state, then deletes its segment, and
 * it names archives as expired before it deletes them. So no record looks lost, whenever that happens, because
 *
 * <ul>
 *   <li>the state is read before the files are listed: each archive that it names was there then;
 *   <li>journals are listed before archives: a segment that is already gone has an archive to be listed;
 *   <li>a segment that is gone when its turn comes is looked for again: its archive is read in its place;
 *   <li>a list may lack a file that came while it was made, and have a later one. So at the end, after the state was read
 *       again, archives are listed again: all are there that either names or that come before one that was met;
 *   <li>which archives expired is looked up last of all.
 * </ul>
 *
 * Not thread safe.
 */
public final class Inventory {
    /** Finds files, as {@link Catalog#list(List, Predicate)} does. */
    interface Lister {
        List<Segment> list(List<Path> sources, Predicate<Path> wanted) throws IOException;
    }

    /** What a directory remembers; {@code whole} if the directory was given, and not only files in it. */
    private record Remembered(ArchiveState state, boolean whole) {}

    /** Names in a directory that nothing was archived to: of a file system's own, and of a run that has just begun. */
    private static final Set<String> NOTHING = Set.of("lost+found", "shiplog-archives.lock");

    private final List<Path> sources;
    private final Lister lister;
    /** By its file. */
    private final Map<Path, Remembered> states = new LinkedHashMap<>();
    /** The same, when the end of a chain was last asked for. */
    private final Map<Path, ArchiveState> latest = new HashMap<>();

    private final List<Finding> findings = new ArrayList<>();
    private final List<Segment> segments;
    private final Set<Path> known = new HashSet<>();
    /** What came since, and was not handed out. */
    private final List<Segment> fresh = new ArrayList<>();

    Inventory(List<Path> sources, Lister lister) throws IOException {
        this.sources = sources.stream()
                .sorted(Comparator.comparing(source -> Files.exists(source.resolve(ArchiveState.FILE))))
                .toList();
        this.lister = lister;
        for (Path source : sources) {
            boolean whole = Files.isDirectory(source);
            remember(whole ? source.resolve(ArchiveState.FILE) : source.resolveSibling(ArchiveState.FILE), whole);
        }
        segments = lister.list(begun(), path -> true);
        segments.forEach(segment -> known.add(segment.path()));
    }

    /**
     * Lists what is at {@code sources}: directories, and files in them.
     *
     * @throws IOException naming the path that is not there, not readable, or holds other files but no segment
     */
    public static Inventory of(List<Path> sources) throws IOException {
        return new Inventory(sources, Catalog::list);
    }

    /** The sources without empty directories, to which the first archive may come later; all if there is no other. */
    private List<Path> begun() throws IOException {
        List<Path> empty = new ArrayList<>();
        for (Path source : sources) {
            if (Files.isDirectory(source) && isEmpty(source)) {
                empty.add(source);
            }
        }
        if (empty.size() == sources.size()) {
            return sources;
        }
        empty.forEach(source -> findings.add(Finding.of(Severity.NOTE, source, "holds no segment and no archive yet")));
        return sources.stream().filter(source -> !empty.contains(source)).toList();
    }

    private static boolean isEmpty(Path directory) throws IOException {
        return DirectoryListing.of(directory).stream()
                .allMatch(file -> NOTHING.contains(file.getFileName().toString()));
    }

    private void remember(Path file, boolean whole) {
        Remembered before = states.get(file);
        if (before != null) {
            states.put(file, new Remembered(before.state, before.whole || whole));
            return;
        }
        ArchiveState state = ArchiveState.NONE;
        try {
            state = read(file);
        } catch (AccessDeniedException e) {
            findings.add(Finding.of(Severity.REFUSED, file, "permission denied"));
        } catch (IOException e) {
            String what = String.valueOf(e.getMessage()).replace(file.toAbsolutePath() + ": ", "");
            findings.add(Finding.of(Severity.DAMAGED, file, what));
        }
        states.put(file, new Remembered(state, whole));
    }

    private static ArchiveState read(Path file) throws IOException {
        return ArchiveState.read(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    }

    private static ArchiveState readAgain(Path file, ArchiveState before) {
        try {
            return read(file);
        } catch (IOException e) {
            return before;
        }
    }

    /** The files that findings may be about. */
    public List<Path> files() {
        return Stream.concat(
                        segments.stream().map(Segment::path),
                        states.keySet().stream().filter(Files::exists))
                .toList();
    }

    /** All files, in the order of their records. */
    List<Segment> segments() {
        return segments;
    }

    /** What is wrong with what directories remember. */
    List<Finding> findings() {
        return findings;
    }

    /** The ids of the journals whose archives belong into a directory that was given. */
    Set<String> journals() {
        Set<String> journals = new TreeSet<>();
        states.values().stream()
                .filter(Remembered::whole)
                .forEach(remembered -> journals.addAll(remembered.state.chains().keySet()));
        return journals;
    }

    /** The id of the journal that an archive is of by its name; empty if no directory remembers one. */
    String journal(String name) {
        return states.values().stream()
                .flatMap(remembered -> remembered.state.chains().keySet().stream())
                .filter(id -> ArchiveName.isOf(name, id))
                .findFirst()
                .orElse("");
    }

    /** The archive that a segment was made into that is gone, or the segment under another name; null if there is none. */
    @Nullable
    Segment successor(Segment gone) {
        known.remove(gone.path());
        lookAgain();
        Segment successor = fresh.stream()
                .filter(segment -> gone.start() != null && gone.start().equals(segment.start()))
                .findFirst()
                .orElse(null);
        fresh.remove(successor);
        return successor;
    }

    /** The archives of a journal that came since, as far as they are not handed out. */
    List<Segment> archivesSince(String journal) {
        lookAgain();
        List<Segment> since = fresh.stream()
                .filter(segment -> segment instanceof ArchivedSegment archive
                        && archive.isReadable()
                        && archive.journal().equals(journal))
                .toList();
        fresh.removeAll(since);
        return since;
    }

    private void lookAgain() {
        try {
            List<Path> present = sources.stream().filter(this::isPresent).toList();
            for (Segment segment : lister.list(present, path -> !known.contains(path))) {
                known.add(segment.path());
                fresh.add(segment);
            }
        } catch (IOException e) {
            // Then nothing came that can be read, and what is missing is reported.
        }
    }

    private boolean isPresent(Path source) {
        try {
            return lister.list(List.of(source), path -> false).isEmpty();
        } catch (IOException e) {
            return false; // it was a segment, or the last one in it was deleted
        }
    }

    /** The number of the last archive of a journal, as directories remember now. */
    long lastNumber(String journal) {
        states.forEach((file, remembered) -> latest.put(file, readAgain(file, remembered.state)));
        return latest.values().stream()
                .mapToLong(state -> state.chain(journal).number())
                .max()
                .orElse(0);
    }

    /** What directories remembered at first of the archives of a journal; and which have expired up to now. */
    List<Chain.Tip> tips(String journal) {
        List<Chain.Tip> tips = new ArrayList<>();
        states.forEach((file, remembered) -> {
            ArchiveState.Chain chain = remembered.state.chain(journal);
            String digest = chain.digest();
            if (digest != null) {
                ArchiveState.Chain later =
                        latest.getOrDefault(file, remembered.state).chain(journal);
                long expired = readAgain(file, remembered.state).chain(journal).expired();
                Manifest.Span all = all(chain.sequences());
                tips.add(new Chain.Tip(
                        file,
                        remembered.whole ? journal : null,
                        chain.number(),
                        Set.copyOf(List.of(digest, later.digest() == null ? digest : later.digest())),
                        all.first(),
                        all.last(),
                        Math.max(chain.expired(), expired)));
            }
        });
        return tips;
    }

    private static Manifest.Span all(List<Manifest.Span> spans) {
        return new Manifest.Span(
                spans.stream().mapToLong(Manifest.Span::first).min().orElse(0),
                spans.stream().mapToLong(Manifest.Span::last).max().orElse(0));
    }
}
