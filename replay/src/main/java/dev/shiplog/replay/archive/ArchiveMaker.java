package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState.Chain;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.archive.MismatchException;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.replay.archive.Rotation.Request;
import dev.shiplog.replay.archive.Rotation.Trouble;
import dev.shiplog.replay.query.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the archive of one segment, and compares it with the segment once it is on the disk under its name. What an
 * earlier run left under that name is taken over if it holds the same, and never overwritten.
 */
final class ArchiveMaker {
    private final Request request;
    private final Target target;
    private final Comparison.Passed passed;
    private final BiConsumer<Trouble, String> warning;

    /**
     * @param passed runs after each record that was read
     * @param warning takes what somebody should look at
     */
    ArchiveMaker(Request request, Target target, Comparison.Passed passed, BiConsumer<Trouble, String> warning) {
        this.request = request;
        this.target = target;
        this.passed = passed;
        this.warning = warning;
    }

    /**
     * An archive in the target.
     *
     * @param digest of its manifest
     * @param compared whether it is known to hold what the segment holds; otherwise that was deleted meanwhile
     */
    record Made(Path file, Manifest manifest, String digest, boolean compared) {
        List<Loss> losses() {
            return manifest.description().losses();
        }
    }

    /**
     * Makes the archive of {@code segment}.
     *
     * @param growing whether a recorder may add to the segment
     * @param known whether it was archived before, and its archive may be elsewhere
     * @param chain of the journal, which the archive continues
     * @return null if nothing of the segment can be read
     * @throws UnreadableException if the system fails to read the segment
     * @throws ForkedException if an intact archive has the name, and holds other records, or fewer though others follow it
     * @throws IOException if the target cannot be written to
     */
    @Nullable
    Made make(SegmentFile segment, boolean growing, boolean known, String journal, Chain chain) throws IOException {
        try (SegmentRecords records = new SegmentRecords(segment, growing)) {
            if (!records.next()) {
                return null;
            }
            Contents contents = new Contents();
            String host = host(segment, records.header());
            try (ArchiveWriter writer = ArchiveWriter.begin(target.directory(), request.coding(), journal, host)) {
                do {
                    boolean isContext = contents.add(records.record());
                    writer.add(records.record(), records.header(), isContext);
                    passed.record(records);
                } while (records.next());
                Description description = contents.describe(
                        segment.name(), segment.start(), null, request.writer(), host, records.losses());
                return place(segment, growing, known, writer, description, chain);
            }
        }
    }

    /** The Docker host as it calls itself; in a container, the recorder's own host name is the container's id. */
    private static String host(SegmentFile segment, @Nullable SegmentHeader header) {
        String host = Origin.hostOf(segment.path());
        return host.isEmpty() && header != null ? header.host() : host;
    }

    private Made place(
            SegmentFile segment,
            boolean growing,
            boolean known,
            ArchiveWriter writer,
            Description description,
            Chain chain)
            throws IOException {
        Manifest.Link link = new Manifest.Link(chain.number() + 1, chain.digest());
        Manifest manifest = writer.finish(description, link);
        Path file = target.directory().resolve(ArchiveName.of(manifest));
        if (Files.exists(file)) {
            try (ArchiveFile earlier = ArchiveFile.open(file)) {
                boolean ours = Objects.equals(earlier.manifest().description().start(), segment.start());
                // If only blocks are damaged, the new archive has the digest of the old one, and its place in the
                // chain.
                link = ours ? earlier.manifest().link() : link;
                Comparison comparison = ours ? compare(segment, growing, file) : Comparison.DIFFERENT;
                if (comparison == Comparison.SAME || comparison == Comparison.LONGER) {
                    return new Made(file, earlier.manifest(), earlier.digest(), true);
                }
                if (comparison == Comparison.DIFFERENT) {
                    throw ForkedException.different(file, segment.name());
                }
                if (earlier.digest().equals(chain.digest())) {
                    Files.delete(file); // the segment holds all of it
                } else if (link.number() > 0) {
                    throw ForkedException.grown(file, segment.name());
                } else { // what salvage or cut made of it
                    link = manifest.link();
                    setAside(file, "does not hold what " + segment.name() + " holds");
                }
            } catch (MismatchException e) {
                setAside(file, e.getMessage());
            }
            manifest = writer.finish(description, link);
        } else if (!known) {
            requireFree(manifest.sequences().first(), segment, chain);
        }
        String digest = writer.write(manifest, file, access(segment.directory()), request.key());
        try {
            Comparison comparison = compare(segment, growing, file);
            if (comparison != Comparison.SAME && !(growing && comparison == Comparison.SHORTER)) {
                throw new MismatchException("other records were read back");
            }
            return new Made(file, manifest, digest, true);
        } catch (MismatchException e) {
            Files.delete(file);
            throw new IOException(
                    file + ": what was read back is not what was written; is the disk failing? It was removed: "
                            + e.getMessage(),
                    e);
        } catch (UnreadableException e) {
            if (e.file().equals(segment.path()) && e.isGone()) {
                return new Made(file, manifest, digest, false);
            }
            Files.delete(file);
            throw e;
        }
    }

    /** Readers take each sequence once: of the records of a fork in the same chain, they would show one side. */
    private static void requireFree(long first, SegmentFile segment, Chain chain) throws ForkedException {
        if (chain.sequences().stream().anyMatch(span -> span.first() <= first && first <= span.last())) {
            throw ForkedException.taken(segment, first);
        }
    }

    /** Those who may read the journal may read its archives. */
    static Access access(Path journal) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(journal, PosixFileAttributeView.class);
        Set<PosixFilePermission> permissions =
                view == null ? Set.of() : view.readAttributes().permissions();
        boolean ofOwner = permissions.equals(PosixFilePermissions.fromString("rwx------"));
        return ofOwner ? Access.OWNER : new Access("", permissions);
    }

    private void setAside(Path file, @Nullable String why) throws IOException {
        Path moved = target.setAside(file);
        warning.accept(
                Trouble.MISMATCH,
                file + ": " + why + "; it is now " + moved.getFileName() + ", and an archive is written in its place");
    }

    /**
     * Compares a segment with the archive in {@code file}, all bytes of which must be what its manifest says.
     *
     * @throws MismatchException if they are not
     */
    Comparison compare(Segment segment, boolean growing, Path file) throws IOException {
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            List<ArchiveFile.Finding> findings = archive.check();
            if (!findings.isEmpty()) {
                throw new MismatchException(
                        findings.get(0).member() + ": " + findings.get(0).reason());
            }
        }
        try (SegmentRecords original = new SegmentRecords(segment, growing);
                SegmentRecords archive = new SegmentRecords(ArchivedSegment.of(file), false)) {
            return Comparison.of(original, archive, passed);
        }
    }
}
