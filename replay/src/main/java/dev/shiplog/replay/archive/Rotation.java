package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.archive.MismatchException;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run that archives the segments of journals, as cron starts it. A kill at any moment leaves each segment or its
 * archive, and the next run goes on from there: an archive is on the disk under its name before it is read back and
 * compared with the segment, that before the state is replaced, that before the hook runs, and that before the segment is
 * deleted. Not thread safe.
 */
public final class Rotation {
    /**
     * What a run is to do.
     *
     * @param target the directory that archives go to
     * @param journals the directories of the journals
     * @param olderThan how long ago the time of a segment must be over; null if that does not matter
     * @param newestToo whether the newest segment counts as well, if no recorder may add to it
     * @param delete whether segments that are archived are deleted
     * @param deleteDamaged whether damaged and quarantined ones are
     * @param coding how archives hold their records
     * @param key to sign with; null to sign nothing
     * @param hook a command that gets each archive; null if there is none
     * @param keptFor how long archives are kept; null for ever
     * @param keptBytes how much all archives may take
     * @param writer name and version of this program
     */
    public record Request(
            Path target,
            List<Path> journals,
            @Nullable Duration olderThan,
            boolean newestToo,
            boolean delete,
            boolean deleteDamaged,
            Coding coding,
            @Nullable PrivateKey key,
            @Nullable String hook,
            @Nullable Duration keptFor,
            long keptBytes,
            String writer) {}

    /** Who gets to know what a run does. */
    public interface Witness {
        /** Something that somebody should look at, in one line. */
        void warn(String line);

        /** Something that went as it should, in one line. */
        void mention(String line);

        /** A segment was archived without what could not be read of it. */
        void lost(Loss loss);

        /** Work on a segment begins, the {@code number}th of so many. */
        void begin(String segment, int number, int of);

        /** So many bytes of the segment were read since the last call. */
        void passed(long bytes);

        /** Whether the run is to end. */
        boolean isStopped();
    }

    /** What went wrong in a run. */
    public enum Trouble {
        /** Something was not done; the next run tries again. */
        UNDONE,
        /** Something could not be read, and is lost. */
        DAMAGE,
        /** An archive is not what its manifest says. */
        MISMATCH
    }

    private final Request request;
    private final Witness witness;
    private final InstantSource clock;
    private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);

    public Rotation(Request request, Witness witness, InstantSource clock) {
        this.request = request;
        this.witness = witness;
        this.clock = clock;
    }

    /**
     * Does it all.
     *
     * @throws IOException if the target cannot be written to; what was done until then is done
     */
    public Set<Trouble> run() throws IOException {
        try (Target target = Target.open(request.target, access(), line -> warn(Trouble.DAMAGE, line))) {
            if (target == null) {
                warn(Trouble.UNDONE, request.target + ": another run is at work here; this one did nothing");
                return troubles;
            }
            checkClock(target.state());
            Hook hook = new Hook(request.hook, witness::isStopped);
            try {
                for (Path journal : request.journals) {
                    JournalRotation rotation = new JournalRotation(request, target, journal, hook, witness);
                    troubles.addAll(rotation.run(clock.instant(), () -> expire(target)));
                }
                expire(target);
                if (!troubles.contains(Trouble.UNDONE)) {
                    target.save(target.state().succeededAt(nanos(clock.instant())));
                }
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw new IOException(named(e) + "; what is not archived stays, and the next run goes on", e);
            }
            return troubles;
        }
    }

    /** Those who may read any of the archives may read what the directory knows of them. */
    private Access access() {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (Path journal : request.journals) {
            try {
                permissions.addAll(ArchiveMaker.access(journal).directory());
            } catch (IOException e) {
                // it is not there, which is said when its turn comes
            }
        }
        return permissions.isEmpty() ? Access.OWNER : new Access("", permissions);
    }

    /** The system's message on a full disk names no file. */
    private String named(IOException e) {
        String line = FileErrors.line(e);
        return line.contains(request.target.toString()) ? line : request.target + ": " + line;
    }

    /** What {@link #run} would do, a line each. Writes nothing. */
    public List<String> preview() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Target target = Target.look(request.target)) {
            Hook hook = new Hook(request.hook, witness::isStopped);
            for (Path journal : request.journals) {
                lines.addAll(new JournalRotation(request, target, journal, hook, witness).preview(clock.instant()));
            }
            for (Path file : expired(target)) {
                lines.add("delete " + file + ", which is no longer kept");
            }
        }
        return lines;
    }

    private void checkClock(ArchiveState state) {
        if (state.succeeded() > nanos(clock.instant())) {
            witness.warn("the clock was set back: the last run was at " + Times.formatSeconds(state.succeeded())
                    + ", and it is " + Times.formatSeconds(nanos(clock.instant())) + "; nothing is lost by that");
        }
    }

    /** Deletes the archives that the directory no longer keeps; returns whether there were any. */
    private boolean expire(Target target) throws IOException {
        List<Path> expired = new ArrayList<>();
        ArchiveState state = target.state();
        for (Path file : expired(target)) {
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                Manifest manifest = archive.manifest();
                ArchiveState.Chain chain = state.chain(manifest.journal());
                if (manifest.link().number() > 0 && chain.number() > 0) {
                    state = state.with(manifest.journal(), chain.withoutExpired(manifest));
                    expired.add(file);
                }
            } catch (MismatchException e) {
                warn(Trouble.MISMATCH, file + ": " + e.getMessage() + "; it is kept, though its time is over");
            }
        }
        // The state goes first, since whoever finds them gone must find out why; but it needs room itself.
        int gone = 0;
        for (boolean told = false; !told; ) {
            try {
                target.save(state);
                told = true;
            } catch (IOException e) {
                if (gone == expired.size()) {
                    throw e;
                }
                delete(expired.get(gone));
                gone++;
            }
        }
        for (Path file : expired.subList(gone, expired.size())) {
            delete(file);
        }
        AtomicFile.forceNames(target.directory());
        return !expired.isEmpty();
    }

    private void delete(Path expired) throws IOException {
        Files.delete(expired);
        witness.mention("deleted: " + expired.getFileName() + ", which is no longer kept");
    }

    private List<Path> expired(Target target) throws IOException {
        Expiry expiry = new Expiry(request.keptFor, request.keptBytes);
        Map<Expiry.Kept, Path> files = expiry.equals(Expiry.NEVER) ? Map.of() : files(target);
        return expiry.expired(List.copyOf(files.keySet()), clock.instant()).stream()
                .map(kept -> Objects.requireNonNull(files.get(kept)))
                .toList();
    }

    private Map<Expiry.Kept, Path> files(Target target) throws IOException {
        Map<Expiry.Kept, Path> files = new LinkedHashMap<>();
        for (Path file : target.archives()) {
            String name = file.getFileName().toString();
            // Archives of journals that this directory does not know were put there by somebody: they are not ours.
            if (target.state().chains().keySet().stream().anyMatch(id -> ArchiveName.isOf(name, id))) {
                files.put(
                        new Expiry.Kept(
                                ArchiveName.journal(name),
                                ArchiveName.first(name),
                                ArchiveName.received(name),
                                Files.size(file),
                                isNeeded(name, target)),
                        file);
            }
        }
        return files;
    }

    /** Whether the hook has not had the archive yet. */
    private boolean isNeeded(String name, Target target) {
        return request.hook != null
                && target.state().chains().values().stream()
                        .flatMap(chain -> chain.segments().stream())
                        .anyMatch(archived ->
                                !archived.hooked() && archived.archive().equals(name));
    }

    private void warn(Trouble trouble, String line) {
        troubles.add(trouble);
        witness.warn(line);
    }

    static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }
}
