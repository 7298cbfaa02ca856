package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a directory of archives remembers, so that archives can be moved away: where each chain ends, and which segments
 * are archived. It is a small JSON file, which is replaced as a whole or not at all:
 *
 * <pre>{@code
 * {"shiplog":"archives","version":1,"succeeded":…,"succeeded_rfc3339":"…","journals":[
 *  {"journal":"8a97d058-…","number":17,"digest":"…","expired":3,"sequences":[{"first":1,"last":5000}],"segments":[
 *   {"segment":"20261121-11F.cq4","start":{…},"archive":"vm-….tar","last":5000,"content":"…","damaged":false,"newest":false,"hooked":true}]}]}
 * }</pre>
 *
 * @param succeeded when the last run ended that did all it should, ns since the epoch; 0 if none did
 * @param chains by the id of the journal
 */
public record ArchiveState(long succeeded, SortedMap<String, Chain> chains) {
    /** The name of the file. */
    public static final String FILE = "shiplog-archives.json";

    /** More than this program writes. */
    private static final long MAX_LENGTH = 64 << 20;

    /** Of a directory without the file. */
    public static final ArchiveState NONE = new ArchiveState(0, Collections.emptySortedMap());

    public ArchiveState {
        chains = Collections.unmodifiableSortedMap(new TreeMap<>(chains));
    }

    /**
     * The archives of one journal.
     *
     * @param number of the last one; 0 if there is none
     * @param digest of its manifest
     * @param expired number of the last one that was deleted to keep within limits; 0 if none was
     * @param sequences of the records that were archived, without regard to what damage took
     * @param segments that are archived, in archives that were compared with them, and may not be deleted yet
     */
    public record Chain(
            long number, @Nullable String digest, long expired, List<Span> sequences, List<Archived> segments) {
        /** Of a journal of which nothing is archived. */
        public static final Chain NONE = new Chain(0, null, 0, List.of(), List.of());

        public Chain {
            sequences = List.copyOf(sequences);
            segments = List.copyOf(segments);
        }

        /** The chain with an archive at its end. */
        public Chain goesOn(long lastNumber, String lastDigest, Span archived) {
            return new Chain(lastNumber, lastDigest, expired, with(archived), segments);
        }

        /** The chain with an archive that is not at its end: one that an earlier run left, say. */
        public Chain holding(Span archived) {
            return new Chain(number, digest, expired, with(archived), segments);
        }

        private List<Span> with(Span archived) {
            List<Span> spans = new ArrayList<>();
            Span joined = archived;
            for (Span span : sequences) {
                if (span.first() <= joined.last() + 1 && joined.first() <= span.last() + 1) {
                    joined = new Span(Math.min(span.first(), joined.first()), Math.max(span.last(), joined.last()));
                } else {
                    spans.add(span);
                }
            }
            spans.add(joined);
            spans.sort((a, b) -> Long.compare(a.first(), b.first()));
            return spans;
        }

        /** The chain with {@code segment} in the place of what is known of the same one. */
        public Chain with(Archived segment) {
            List<Archived> others = new ArrayList<>(without(segment).segments);
            others.add(segment);
            return new Chain(number, digest, expired, sequences, others);
        }

        /** The chain without a segment, which is deleted. */
        public Chain without(Archived segment) {
            return keeping(
                    segments.stream().filter(other -> !other.isOf(segment)).toList());
        }

        /** The chain with these segments alone: the others are deleted. */
        public Chain keeping(List<Archived> kept) {
            return new Chain(number, digest, expired, sequences, kept);
        }

        /** The chain of which the archives up to this one are deleted; the same if it belongs to an earlier chain. */
        public Chain withoutExpired(Manifest archive) {
            long last = archive.link().number();
            boolean ours = last <= number && sequences.stream().anyMatch(span -> span.holds(archive.sequences()));
            return ours ? new Chain(number, digest, Math.max(expired, last), sequences, segments) : this;
        }

        /** What is known of a segment; null if it is not archived. */
        public @Nullable Archived find(Segment segment) {
            return segments.stream()
                    .filter(archived -> archived.isOf(segment.name(), segment.start()))
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * A segment that is archived.
     *
     * @param segment the name of its file
     * @param start what it begins with; null if that is damaged: then the name identifies it
     * @param archive the name of the archive
     * @param last sequence of the last record in it
     * @param content {@linkplain SegmentFile#digest digest} of the segment up to that record, which proves that a segment
     *     that begins alike is this one; null if nothing does, so that it must be archived again
     * @param damaged whether parts of the segment could not be read, or it is quarantined
     * @param newest whether more records could come when it was archived
     * @param hooked whether a hook has done what it should with the archive
     */
    public record Archived(
            String segment,
            @Nullable SegmentStart start,
            String archive,
            long last,
            @Nullable String content,
            boolean damaged,
            boolean newest,
            boolean hooked) {
        /** The same after a hook has done its part. */
        public Archived asHooked() {
            return new Archived(segment, start, archive, last, content, damaged, newest, true);
        }

        /** The same, once it is known that no more records came. */
        public Archived asComplete() {
            return new Archived(segment, start, archive, last, content, damaged, false, hooked);
        }

        /** The same, once its archive turned out not to hold it. */
        public Archived asUnproved() {
            return new Archived(segment, start, archive, last, null, damaged, newest, false);
        }

        boolean isOf(Archived other) {
            return isOf(other.segment, other.start);
        }

        boolean isOf(String name, @Nullable SegmentStart begins) {
            return start == null ? begins == null && segment.equals(name) : start.equals(begins);
        }
    }

    /** The chain of a journal; an empty one if nothing of it is archived. */
    public Chain chain(String journal) {
        return chains.getOrDefault(journal, Chain.NONE);
    }

    /** The state with this chain of a journal. */
    public ArchiveState with(String journal, Chain chain) {
        SortedMap<String, Chain> all = new TreeMap<>(chains);
        all.put(journal, chain);
        return new ArchiveState(succeeded, all);
    }

    /** The state after a run that did all it should. */
    public ArchiveState succeededAt(long epochNanos) {
        return new ArchiveState(epochNanos, chains);
    }

    /** Whether all records of the segment that begins like this are archived, if nothing was added to it since. */
    public boolean holds(SegmentStart start) {
        return chain(start.journal()).segments.stream()
                .anyMatch(archived -> start.equals(archived.start) && !archived.newest);
    }

    /**
     * Reads the file in {@code directory}; {@link #NONE} if it is not there.
     *
     * @throws MismatchException in one line, if it is damaged
     * @throws IOException in one line
     */
    public static ArchiveState read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        AtomicFile.requireRegular(file);
        try {
            if (Files.size(file) > MAX_LENGTH) {
                throw new MismatchException("it is too large");
            }
            return ArchiveStateJson.read(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (FileSystemException e) {
            throw e;
        } catch (MismatchException | JsonProcessingException | CharConversionException e) {
            throw new MismatchException(
                    file + ": is damaged, or something else wrote it; replay archive sets it aside");
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Replaces the file in {@code directory}.
     *
     * @param access who may read it
     */
    public void write(Path directory, Access access) throws IOException {
        Path file = directory.resolve(FILE);
        AtomicFile.requireRegular(file);
        AtomicFile next = AtomicFile.begin(file, Access.ownerOnly(directory, "rw-------"));
        if (next == null) {
            throw new IOException(file + ": another process writes it");
        }
        try (next) {
            access.onFile(AtomicFile.temporary(file));
            ByteBuffer text = ByteBuffer.wrap(ArchiveStateJson.write(this));
            while (text.hasRemaining()) {
                next.channel().write(text);
            }
            next.force();
            next.commit();
        }
    }
}
