package dev.shiplog.journal;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.ChronicleFiles;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Prepares the directory of a journal before Chronicle sees it: makes it, checks that it is fit, and clears away what a
 * killed writer left half made. A segment that Chronicle could fail on is quarantined: renamed, its content untouched.
 */
final class JournalDirectory {
    private static final Logger LOG = System.getLogger(JournalDirectory.class.getName());

    /** Other hosts, or another kernel, may write to these: mapped files are not coherent then. */
    private static final Set<String> SHARED = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs");

    private final Path path;

    private JournalDirectory(Path path) {
        this.path = path;
    }

    /** Makes the directory if it is missing, and checks that it is fit. Changes nothing that is in it. */
    static JournalDirectory open(Path path) throws IOException {
        try {
            if (!Files.isDirectory(path)) {
                Path parent = path.toAbsolutePath().getParent();
                Files.createDirectories(path, Access.ownerOnly(parent == null ? path : existing(parent), "rwx------"));
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(path + ": is not a directory; --data-dir must name one", e);
        } catch (AccessDeniedException e) {
            throw new IOException(path + ": no permission to make this directory; make it, or run as its owner", e);
        } catch (FileSystemException e) {
            throw new IOException(
                    path + ": the directory cannot be made" + (e.getReason() == null ? "" : ": " + e.getReason()), e);
        }
        JournalDirectory directory = new JournalDirectory(path);
        directory.refuseForeign();
        directory.warnOfFileSystem();
        return directory;
    }

    private void refuseForeign() throws IOException {
        if (!Files.isReadable(path) || !Files.isExecutable(path)) {
            throw new IOException(path + ": no permission to read this directory; run as its owner");
        }
        try {
            path.getFileSystem().provider().checkAccess(path, AccessMode.WRITE);
        } catch (AccessDeniedException e) {
            throw new IOException(path + ": no permission to write to this directory; run as its owner", e);
        } catch (FileSystemException e) {
            throw new IOException(
                    path + ": cannot be written to: " + e.getReason() + "; --data-dir must be writable", e);
        }
        List<String> foreign = new ArrayList<>();
        for (Path file : DirectoryListing.of(path)) {
            String name = file.getFileName().toString();
            if (name.equals(JournalLock.FILE) || ChronicleFiles.isAny(name)) {
                return;
            }
            if (!name.startsWith(".") && !name.equals("lost+found")) {
                foreign.add(name);
            }
        }
        if (!foreign.isEmpty()) {
            throw new IOException(path + ": is no journal and not empty (" + foreign.get(0)
                    + "); --data-dir must name an empty or new directory");
        }
    }

    private void warnOfFileSystem() throws IOException {
        String type = Files.getFileStore(path).type().toLowerCase(Locale.ROOT);
        if (SHARED.contains(type)) {
            LOG.log(Level.WARNING, "{0}: is on {1}; a journal needs a local file system", path, type);
        } else if (type.equals("overlay")) {
            LOG.log(Level.WARNING, "{0}: is in a container''s own layer and goes with it; mount a volume there", path);
        }
    }

    /** Gives the directory, and the files in it, the permissions and the group of {@code access}. */
    void grant(Access access) throws IOException {
        for (Path file : DirectoryListing.of(path)) {
            access.onFile(file);
        }
        access.onDirectory(path);
    }

    /** Deletes what holds nothing, and quarantines what Chronicle with this roll could fail on. */
    void clear(Roll roll) throws IOException {
        int ofAnotherRoll = 0;
        for (Path file : DirectoryListing.of(path)) {
            String name = file.getFileName().toString();
            if (ChronicleFiles.isDisposable(name)) {
                Files.delete(file);
            } else if (ChronicleFiles.isSegment(name)) {
                SegmentName segment = SegmentName.parse(name);
                if (segment == null || !Files.isRegularFile(file)) {
                    Path moved = unused(file, 1);
                    Files.move(file, moved);
                    LOG.log(Level.WARNING, "{0}: is no segment; moved to {1}", file, moved.getFileName());
                } else if (ChronicleFiles.isHalfMade(file)) {
                    Files.delete(file);
                    LOG.log(Level.INFO, "{0}: removed, a killed recorder left it without any content", file);
                } else if (segment.roll() != roll) {
                    quarantine(segment);
                    ofAnotherRoll++;
                }
            }
        }
        if (ofAnotherRoll > 0) {
            LOG.log(
                    Level.INFO,
                    "{0}: --roll has changed: {1} older segments were renamed to NAME.1, and are read as before",
                    path,
                    ofAnotherRoll);
        }
    }

    /** Renames a segment so that Chronicle no longer sees it. Readers still read it. */
    SegmentName quarantine(SegmentName segment) throws IOException {
        int last = 0;
        for (SegmentName other : Catalog.names(path)) {
            if (other.start() == segment.start()) {
                last = Math.max(last, other.quarantine());
            }
        }
        SegmentName quarantined = segment.quarantined(last + 1);
        if (Files.exists(resolve(segment))) {
            Files.move(resolve(segment), resolve(quarantined));
        }
        return quarantined;
    }

    /**
     * The segments in the order of their records, without copies, even ones that have changed since. A segment with a
     * later name than the newest of them was renamed or copied, and is quarantined: Chronicle would go on in it.
     */
    List<SegmentName> segments() throws IOException {
        List<SegmentFile> found = new ArrayList<>();
        List<SegmentFile> copies = new ArrayList<>();
        Set<SegmentStart> starts = new HashSet<>();
        for (SegmentFile segment : Catalog.files(path)) {
            boolean copy = segment.copyOf() != null || segment.start() != null && !starts.add(segment.start());
            (copy ? copies : found).add(segment);
        }
        long newest = Long.MAX_VALUE;
        for (SegmentFile segment : found) {
            newest = segment.named().isQuarantined() ? newest : segment.named().start();
        }
        List<SegmentName> names = new ArrayList<>();
        for (SegmentFile segment : found) {
            names.add(quarantineIfLater(segment, newest));
        }
        for (SegmentFile copy : copies) {
            quarantineIfLater(copy, newest);
        }
        return names;
    }

    private SegmentName quarantineIfLater(SegmentFile segment, long newest) throws IOException {
        SegmentName name = segment.named();
        if (name.isQuarantined() || name.start() <= newest) {
            return name;
        }
        LOG.log(Level.WARNING, "{0}: holds older records than its name says; it was set aside", segment.path());
        return quarantine(name);
    }

    Path path() {
        return path;
    }

    Path resolve(SegmentName segment) {
        return path.resolve(segment.text());
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    private static Path unused(Path file, int n) {
        Path candidate = file.resolveSibling(file.getFileName() + "." + n);
        return Files.exists(candidate) ? unused(file, n + 1) : candidate;
    }

    private static Path existing(Path path) {
        Path parent = path.getParent();
        return Files.exists(path) || parent == null ? path : existing(parent);
    }
}
