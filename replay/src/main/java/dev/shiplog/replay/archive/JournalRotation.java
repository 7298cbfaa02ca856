package dev.shiplog.replay.archive;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchiveState.Archived;
import dev.shiplog.journal.archive.ArchiveState.Chain;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.archive.MismatchException;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.replay.archive.Plan.Step;
import dev.shiplog.replay.archive.Rotation.Request;
import dev.shiplog.replay.archive.Rotation.Trouble;
import dev.shiplog.replay.archive.Rotation.Witness;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a run does about one journal, segment by segment. Not thread safe. */
final class JournalRotation {
    private final Request request;
    private final Target target;
    private final Path journal;
    private final Hook hook;
    private final Witness witness;
    private final ArchiveMaker maker;
    private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
    /** The ids of the journals to which the segments belong; most directories hold one. */
    private final Map<SegmentFile, String> ids = new HashMap<>();

    /** Up to where the segment was read. */
    private long position;

    JournalRotation(Request request, Target target, Path journal, Hook hook, Witness witness) {
        this.request = request;
        this.target = target;
        this.journal = journal;
        this.hook = hook;
        this.witness = witness;
        maker = new ArchiveMaker(request, target, this::passed, this::warn);
    }

    /** Makes room in the target. */
    interface Room {
        /** Deletes what the target no longer keeps; returns whether there was anything. */
        boolean make() throws IOException;
    }

    /**
     * Does it all.
     *
     * @param room for an archive that the target has no room for, which is tried once more then
     * @throws IOException if the target cannot be written to
     */
    Set<Trouble> run(Instant now, Room room) throws IOException {
        List<SegmentFile> segments;
        List<Step> steps;
        try {
            segments = segments();
            steps = steps(segments, now);
        } catch (IOException e) {
            warn(Trouble.UNDONE, FileErrors.line(e));
            return troubles;
        }
        List<Step> due =
                steps.stream().filter(step -> step.action() != Plan.Action.WAIT).toList();
        for (int i = 0; i < due.size(); i++) {
            witness.begin(due.get(i).segment().name(), i + 1, due.size());
            tryTo(due.get(i), room);
        }
        forgetAllBut(segments);
        return troubles;
    }

    private List<SegmentFile> segments() throws IOException {
        if (Files.isRegularFile(journal)) {
            throw new IOException(journal + ": is a file; name the directory of a journal");
        }
        List<SegmentFile> segments = Catalog.files(journal);
        if (segments.isEmpty() && !Catalog.isJournal(journal)) {
            throw new IOException(journal + ": is no journal, it holds no segment; is this the recorder's --data-dir?");
        }
        return segments;
    }

    private void tryTo(Step step, Room room) throws IOException {
        try {
            tryTo(step);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) { // the target's: that it is full is said in as many ways as there are systems
            if (!makes(room, e)) {
                throw e;
            }
            tryTo(step);
        }
    }

    private static boolean makes(Room room, IOException e) {
        try {
            return room.make();
        } catch (IOException again) {
            e.addSuppressed(again);
            return false;
        }
    }

    private List<Step> steps(List<SegmentFile> segments, Instant now) throws IOException {
        identify(segments);
        List<Plan.Candidate> candidates = segments.stream()
                .map(segment -> new Plan.Candidate(segment, archived(segment)))
                .toList();
        boolean recorderRuns = request.newestToo() && JournalLock.isHeld(journal);
        return new Plan(request.olderThan(), request.newestToo()).steps(candidates, recorderRuns, now);
    }

    /** What {@link #run} would do, a line each. */
    List<String> preview(Instant now) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Step step : steps(segments(), now)) {
            SegmentFile segment = step.segment();
            Archived known = chain(segment).find(segment);
            String file = segment.path().toString();
            switch (step.action()) {
                case PASS -> lines.add("leave " + file + ", a copy of " + segment.copyOf());
                case WAIT -> lines.add("leave " + file + (step.newest() ? ", the newest" : ", which is too young"));
                case ARCHIVE -> lines.add("archive " + file + ", " + segment.size() + " bytes");
                case REVIEW, FINISH -> {
                    if (known != null && hook.isSet() && !known.hooked()) {
                        lines.add("run the hook for " + target.directory().resolve(known.archive()));
                    }
                }
            }
            boolean damaged = known == null ? segment.named().isQuarantined() : known.damaged();
            boolean due = step.action() != Plan.Action.PASS && step.action() != Plan.Action.WAIT;
            if (due && request.delete() && (!damaged || request.deleteDamaged())) {
                lines.add("delete " + file);
            }
        }
        return lines;
    }

    /** A segment of which no header is intact belongs to the journal of its neighbours. */
    private void identify(List<SegmentFile> segments) {
        String id = segments.stream()
                .map(segment -> id(segment.start(), ""))
                .filter(known -> !known.isEmpty())
                .findFirst()
                .orElse("");
        for (SegmentFile segment : segments) {
            id = id(segment.start(), id);
            ids.put(segment, id);
        }
    }

    private static String id(@Nullable SegmentStart start, String otherwise) {
        return start == null || start.journal().isEmpty() ? otherwise : start.journal();
    }

    private String id(SegmentFile segment) {
        return Objects.requireNonNull(ids.get(segment));
    }

    private Chain chain(SegmentFile segment) {
        return target.state().chain(id(segment));
    }

    private void save(SegmentFile segment, Chain chain) throws IOException {
        target.save(target.state().with(id(segment), chain));
    }

    private Plan.Archived archived(SegmentFile segment) {
        Archived known = chain(segment).find(segment);
        boolean lost = known != null
                && known.content() == null
                && !Files.exists(target.directory().resolve(known.archive()));
        return known == null || lost
                ? Plan.Archived.NO
                : known.newest() ? Plan.Archived.WHILE_NEWEST : Plan.Archived.COMPLETELY;
    }

    private void tryTo(Step step) throws IOException {
        SegmentFile segment = step.segment();
        position = 0;
        try {
            switch (step.action()) {
                case PASS ->
                    witness.mention("passed over: " + segment.name() + ", a copy of "
                            + Objects.requireNonNull(segment.copyOf()).getFileName());
                case ARCHIVE -> archive(step);
                case REVIEW -> review(step);
                case FINISH -> finish(step, known(segment), false);
                case WAIT -> {}
            }
        } catch (ForkedException e) {
            warn(Trouble.UNDONE, String.valueOf(e.getMessage()));
        } catch (UnreadableException e) {
            if (!e.file().equals(segment.path())) {
                throw e;
            }
            if (e.isGone()) {
                witness.mention("gone: " + segment.name() + " was deleted meanwhile");
            } else {
                warn(Trouble.UNDONE, "not archived: " + e.getMessage());
            }
        }
    }

    private Archived known(SegmentFile segment) {
        return Objects.requireNonNull(chain(segment).find(segment));
    }

    private void archive(Step step) throws IOException {
        SegmentFile segment = step.segment();
        Chain chain = begun(segment);
        ArchiveMaker.Made made = maker.make(segment, step.newest(), chain.find(segment) != null, id(segment), chain);
        if (made == null) {
            warn(Trouble.DAMAGE, "not archived: " + segment.path() + ": no record of it can be read");
            return;
        }
        Manifest manifest = made.manifest();
        Manifest.Link link = manifest.link();
        Chain next = link.number() >= chain.number()
                ? chain.goesOn(link.number(), made.digest(), manifest.sequences())
                : chain.holding(manifest.sequences());
        Archived archived = new Archived(
                segment.name(),
                segment.start(),
                made.file().getFileName().toString(),
                manifest.sequences().last(),
                digest(segment, manifest.sequences().last()),
                !made.losses().isEmpty() || segment.named().isQuarantined(),
                step.newest(),
                false);
        save(segment, made.compared() ? next.with(archived) : next);
        made.losses().forEach(witness::lost);
        if (!made.losses().isEmpty()) {
            troubles.add(Trouble.DAMAGE);
        }
        witness.mention("archived: " + segment.name() + " as " + archived.archive() + ", " + manifest.records()
                + " records in " + Files.size(made.file()) + " bytes");
        if (made.compared()) {
            finish(step, archived, true);
        }
    }

    /** The chain of a segment's journal. One that the state does not know goes on after the archives that are here. */
    private Chain begun(SegmentFile segment) throws IOException {
        String id = id(segment);
        Chain chain = chain(segment);
        Chain end = chain;
        long known =
                chain.sequences().stream().mapToLong(Manifest.Span::last).max().orElse(0);
        for (Path file : target.archives()) {
            String name = file.getFileName().toString();
            if (!ArchiveName.isOf(name, id) || ArchiveName.first(name) <= known) {
                continue;
            }
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                Manifest manifest = archive.manifest();
                long number = manifest.link().number();
                if (manifest.journal().equals(id) && number > 0) {
                    end = number > end.number()
                            ? end.goesOn(number, archive.digest(), manifest.sequences())
                            : end.holding(manifest.sequences());
                }
            } catch (MismatchException e) {
                // of a disk that failed: the segment, if it is still there, is archived again
            }
        }
        if (chain.number() == 0) {
            witness.warn(target.directory()
                    + (end.number() == 0
                            ? ": no archive of journal " + id + " is known here: a new chain begins"
                            : ": " + ArchiveState.FILE + " does not know the archives of journal " + id
                                    + ": the chain goes on after number " + end.number() + ", the last one here"));
        }
        return end;
    }

    /** When it was archived, the recorder could still go on in it. */
    private void review(Step step) throws IOException {
        SegmentFile segment = step.segment();
        Archived known = known(segment);
        requireSame(segment, known);
        long last = segment.summary(step.newest()).lastSequence();
        if (last > known.last() || last == 0) { // 0: damage leaves it open
            archive(step);
            return;
        }
        Archived now = step.newest() ? known : known.asComplete();
        save(segment, chain(segment).with(now));
        finish(step, now, false);
    }

    /**
     * Does what is left to do about a segment that is archived.
     *
     * @param compared whether it was compared with its archive just now
     */
    private void finish(Step step, Archived archived, boolean compared) throws IOException {
        SegmentFile segment = step.segment();
        Path archive = target.directory().resolve(archived.archive());
        if (hook.isSet() && !archived.hooked()) {
            if (!runHook(segment, archive)) {
                return;
            }
            save(segment, chain(segment).with(archived.asHooked()));
        }
        if (!request.delete() || archived.damaged() && !request.deleteDamaged()) {
            return;
        }
        try {
            if (step.newest()) {
                deleteNewest(segment, archive);
            } else if (compared
                    || (Files.exists(archive) ? holds(archive, segment, false) : isUnchanged(archived, segment))) {
                delete(segment);
            } else {
                archiveAnew(step, archived);
            }
        } catch (MismatchException e) {
            troubles.add(Trouble.MISMATCH);
            archiveAnew(step, archived);
        }
    }

    /** Its archive is about to go: if this run is killed, the next one must know that nothing proves the segment archived. */
    private void archiveAnew(Step step, Archived archived) throws IOException {
        save(step.segment(), chain(step.segment()).with(archived.asUnproved()));
        archive(step);
    }

    /**
     * Whether the segment is what it was when it was archived, without the archive: false if it has grown since.
     *
     * @throws ForkedException if it is another one
     */
    private static boolean isUnchanged(Archived archived, SegmentFile segment) throws IOException {
        requireSame(segment, archived);
        return archived.content() != null && segment.summary(false).lastSequence() == archived.last();
    }

    /** @throws ForkedException if the segment holds other records than when it was archived */
    private static void requireSame(SegmentFile segment, Archived archived) throws IOException {
        if (archived.content() != null && !archived.content().equals(digest(segment, archived.last()))) {
            throw ForkedException.elsewhere(segment, archived.archive());
        }
    }

    private static String digest(SegmentFile segment, long last) throws UnreadableException {
        try {
            return segment.digest(last);
        } catch (IOException e) {
            throw new UnreadableException(segment.path(), e);
        }
    }

    /**
     * Whether the archive holds all records of the segment: false if the segment has grown since.
     *
     * @throws MismatchException if the archive is not what it should be
     */
    private boolean holds(Path archive, SegmentFile segment, boolean growing) throws IOException {
        Comparison comparison = maker.compare(segment, growing, archive);
        if (comparison == Comparison.DIFFERENT) {
            throw ForkedException.different(archive, segment.name());
        }
        return comparison != Comparison.SHORTER;
    }

    private boolean runHook(SegmentFile segment, Path archive) throws IOException {
        String stays = "; " + segment.name() + " stays";
        if (!Files.exists(archive)) {
            warn(Trouble.UNDONE, archive + ": is gone, and the hook has not had it yet" + stays);
            return false;
        }
        if (hook.hasGivenUp()) {
            troubles.add(Trouble.UNDONE);
            return false;
        }
        long begun = System.nanoTime();
        int code = hook.run(archive);
        witness.mention(String.format(
                Locale.ROOT,
                "hook: exit code %d after %.1f s for %s",
                code,
                (System.nanoTime() - begun) / 1e9,
                archive.getFileName()));
        if (code != 0) {
            warn(
                    Trouble.UNDONE,
                    "the hook failed with exit code " + code + " for " + archive.getFileName() + stays
                            + ", and the next run tries again"
                            + (hook.hasGivenUp() ? "; this run tries it for no other" : ""));
        }
        return code == 0;
    }

    /** With the journal's lock, so that no recorder goes on in a file that is deleted. */
    private void deleteNewest(SegmentFile segment, Path archive) throws IOException {
        JournalLock lock;
        try {
            lock = JournalLock.take(journal);
        } catch (IOException e) {
            witness.mention("not deleted: " + segment.name() + ": a recorder has begun, or may do so");
            return;
        }
        try {
            if (Files.exists(archive) && holds(archive, segment, true)) {
                delete(segment);
            }
        } finally {
            lock.close();
        }
    }

    private void delete(SegmentFile segment) throws IOException {
        if (!Objects.equals(Segment.identity(segment.path()), segment.identity())) {
            return; // another file has taken its name
        }
        try {
            Files.deleteIfExists(segment.path());
        } catch (IOException e) {
            warn(Trouble.UNDONE, "not deleted, though it is archived: " + FileErrors.line(e));
            return;
        }
        AtomicFile.forceNames(journal);
        Chain chain = chain(segment);
        Archived archived = chain.find(segment);
        if (archived != null) {
            save(segment, chain.without(archived));
        }
        witness.mention("deleted: " + segment.name());
    }

    /** What was deleted by others need not be remembered. */
    private void forgetAllBut(List<SegmentFile> segments) throws IOException {
        for (String id : new TreeSet<>(ids.values())) {
            Chain chain = target.state().chain(id);
            List<Archived> kept = segments.stream()
                    .filter(segment -> id(segment).equals(id))
                    .map(chain::find)
                    .filter(Objects::nonNull)
                    .toList();
            if (kept.size() < chain.segments().size()) {
                target.save(target.state().with(id, chain.keeping(kept)));
            }
        }
    }

    private void passed(SegmentRecords at) throws InterruptedIOException {
        if (witness.isStopped()) {
            throw new InterruptedIOException("interrupted; the next run goes on from here");
        }
        long now = at.position();
        witness.passed(Math.max(0, now - position));
        position = now;
    }

    private void warn(Trouble trouble, String line) {
        troubles.add(trouble);
        witness.warn(line);
    }
}
