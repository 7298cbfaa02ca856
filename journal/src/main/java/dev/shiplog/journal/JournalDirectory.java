package dev.shiplog.journal;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.Catalog;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHead;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
 * The directory of a journal, as the one writer prepares it before Chronicle sees it: made, found fit, and cleared of
 * what a killed writer left half made. Segments that Chronicle could stumble over are set aside, their content untouched.
 */
final class JournalDirectory {
    private static final Logger LOG = System.getLogger(JournalDirectory.class.getName());

    private static final String METADATA = "metadata.cq4t";
    private static final String PRECREATED = ".precreated";
    private static final String SEGMENT = ".cq4";
    /** Chronicle writes a file's header first; what has nothing behind it never held a record. */
    private static final int HEADER_ROOM = 4096;

    private static final Set<String> SHARED = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs");

    private final Path path;

    private JournalDirectory(Path path) {
        this.path = path;
    }

    /** Makes the directory if it is missing, and sees that it is fit. Changes nothing that is in it. */
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
        for (Path file : files()) {
            String name = file.getFileName().toString();
            if (name.equals(JournalLock.FILE) || name.equals(METADATA) || name.contains(SEGMENT)) {
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

    /** Lets those read who may, the directory and what is in it. */
    void grant(Access access) throws IOException {
        for (Path file : files()) {
            access.onFile(file);
        }
        access.onDirectory(path);
    }

    /** Clears away what holds nothing, and sets aside what Chronicle with this roll could stumble over. */
    void clear(Roll roll) throws IOException {
        int ofAnotherRoll = 0;
        for (Path file : files()) {
            String name = file.getFileName().toString();
            if (name.equals(METADATA) || name.endsWith(PRECREATED)) {
                Files.delete(file);
            } else if (name.endsWith(SEGMENT)) {
                SegmentName segment = SegmentName.parse(name);
                if (segment == null || !Files.isRegularFile(file)) {
                    Path aside = unused(file, 1);
                    Files.move(file, aside);
                    LOG.log(Level.WARNING, "{0}: is no segment; moved to {1}", file, aside.getFileName());
                } else if (halfMade(file)) {
                    Files.delete(file);
                    LOG.log(Level.INFO, "{0}: removed, a killed recorder left it without any content", file);
                } else if (segment.roll() != roll) {
                    setAside(segment);
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

    /** Renames a segment so that Chronicle no longer sees it; it is still read. */
    SegmentName setAside(SegmentName segment) throws IOException {
        int last = 0;
        for (SegmentName other : Catalog.names(path)) {
            if (other.start() == segment.start()) {
                last = Math.max(last, other.aside());
            }
        }
        SegmentName aside = segment.aside(last + 1);
        if (Files.exists(resolve(segment))) {
            Files.move(resolve(segment), resolve(aside));
        }
        return aside;
    }

    /**
     * The segments but for copies, whatever became of these, in the order of what they hold. What is named later than the
     * newest of them was renamed or copied, and is set aside: Chronicle would go on in it.
     */
    List<SegmentName> segments() throws IOException {
        List<Segment> found = new ArrayList<>();
        List<Segment> copies = new ArrayList<>();
        Set<SegmentHead> heads = new HashSet<>();
        for (Segment segment : Catalog.list(List.of(path))) {
            boolean copy = segment.copyOf() != null || segment.head() != null && !heads.add(segment.head());
            (copy ? copies : found).add(segment);
        }
        long newest = Long.MAX_VALUE;
        for (Segment segment : found) {
            newest = segment.name().aside() == 0 ? segment.name().start() : newest;
        }
        List<SegmentName> names = new ArrayList<>();
        for (Segment segment : found) {
            names.add(named(segment, newest));
        }
        for (Segment copy : copies) {
            named(copy, newest);
        }
        return names;
    }

    private SegmentName named(Segment segment, long newest) throws IOException {
        SegmentName name = segment.name();
        if (name.aside() > 0 || name.start() <= newest) {
            return name;
        }
        LOG.log(Level.WARNING, "{0}: holds older records than its name says; it was set aside", segment.path());
        return setAside(name);
    }

    Path resolve(SegmentName segment) {
        return path.resolve(segment.text());
    }

    private static Path unused(Path file, int n) {
        Path candidate = file.resolveSibling(file.getFileName() + "." + n);
        return Files.exists(candidate) ? unused(file, n + 1) : candidate;
    }

    /** Whether a kill came while the file was being made: its first word is not yet written, and nothing follows. */
    private static boolean halfMade(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(HEADER_ROOM);
            boolean unwritten = head.length < 4 || (head[0] | head[1] | head[2]) == 0 && (head[3] & 0x7F) == 0;
            if (!unwritten) {
                return false;
            }
            byte[] rest = new byte[1 << 16];
            for (int n = in.read(rest); n >= 0; n = in.read(rest)) {
                for (int i = 0; i < n; i++) {
                    if (rest[i] != 0) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private List<Path> files() throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            List<Path> files = new ArrayList<>();
            stream.forEach(files::add);
            files.sort(null);
            return files;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static Path existing(Path path) {
        Path parent = path.getParent();
        return Files.exists(path) || parent == null ? path : existing(parent);
    }
}
