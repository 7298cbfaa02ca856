package dev.shiplog.recorder.writer;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.retention.Deletion;
import dev.shiplog.journal.retention.Forecast;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.journal.retention.Retention;
import dev.shiplog.journal.retention.StoredSegment;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Keeps a journal within its limits: looks at its segments now and then, at each roll, and when the disk is short of space,
 * and deletes what {@link Retention} decides. A mark tells it, and is on disk before the first segment goes. So whatever a
 * kill leaves is told, and what is still there is decided anew by the next run. A little room is kept for the mark; only
 * where even that is used up, or where a new segment must begin, does a segment go before it. Belongs to the writer's thread.
 */
public final class Retainer implements JournalWriter.Retention {
    private static final System.Logger LOG = System.getLogger(Retainer.class.getName());
    /** A segment that is a minute too old, or a minute of records too many, hurt nobody. */
    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** A file that cannot be deleted now cannot in a minute. */
    private static final long RETRY_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Appender appender;
    private final Limits limits;
    private final Archives archives;
    private final Clock clock;
    private final Outlook outlook;
    private final Tally tally;

    /** Deleted, but not told yet, oldest first. */
    private List<Deletion> untold;

    /** As of the last list. */
    private List<StoredSegment> segments = List.of();

    private String written = "";
    private long nextLook = Long.MIN_VALUE;
    private long nextTold = Long.MIN_VALUE;
    /** The reasons that the log has named since they began to count. */
    private final Set<Deletion.Reason> logged = EnumSet.noneOf(Deletion.Reason.class);
    /** Whether segments stay only because they are not archived. */
    private boolean waitsForArchive;

    /**
     * @param archives asked at each look
     * @param deleted before the journal was opened, so that it could be
     * @param tally is told how the journal grows
     */
    public Retainer(
            Appender appender,
            Limits limits,
            Archives archives,
            Clock clock,
            List<StoredSegment> deleted,
            Tally tally) {
        this.appender = appender;
        this.limits = limits;
        this.archives = archives;
        this.clock = clock;
        this.tally = tally;
        outlook = new Outlook(appender, limits, clock);
        untold = deleted.stream()
                .map(segment -> new Deletion(segment, Deletion.Reason.SPACE))
                .toList();
    }

    @Override
    public void keep(JournalWriter.Teller teller) throws IOException {
        long now = clock.now().monotonic();
        boolean rolled = !appender.written().equals(written);
        if (now >= nextTold) {
            nextTold = now + TELL_NANOS;
            tally.journal(new Tally.Journal(
                    appender.written(), appender.lastSequence(), appender.appendedBytes(), outlook.growth()));
        }
        if (now < nextLook && !rolled) {
            return;
        }
        nextLook = now + LOOK_NANOS;
        written = appender.written();
        long missing = Math.max(0, -appender.spareBytes());
        if (missing == 0) {
            logged.remove(Deletion.Reason.SPACE);
        }
        // Others may have deleted or archived segments since the last list, but only the recorder adds one.
        if (rolled || limits.untilArchived() || !decide(missing).isEmpty()) {
            segments = appender.stored(archives.archived());
        }
        outlook.look(segments);
        delete(proven(missing), teller);
    }

    @Override
    public boolean makeRoom(JournalWriter.Teller teller) throws IOException {
        if (limits.isNone()) {
            return false;
        }
        segments = appender.stored(archives.archived());
        // What went is of help even if others took its room at once: then more goes.
        return delete(proven(Math.max(1, -appender.spareBytes())), teller);
    }

    /**
     * As {@link #decide}, without segments that only look archived.
     *
     * @param missing bytes that must become free
     */
    private List<Deletion> proven(long missing) {
        List<Deletion> deletions = decide(missing);
        for (Deletion deletion : deletions) {
            StoredSegment segment = deletion.segment();
            if (limits.untilArchived() && segment.archived() && !archives.prove(segment)) {
                segments = segments.stream()
                        .map(other -> other.equals(segment) ? segment.asNotArchived() : other)
                        .toList();
                return proven(missing);
            }
        }
        return deletions;
    }

    /** @param missing bytes that must become free */
    private List<Deletion> decide(long missing) {
        long now = clock.now().received();
        long bytes = appender.writtenBytes();
        List<Deletion> deletions = Retention.deletions(segments, bytes, limits.isNone() ? 0 : missing, now, limits);
        boolean waits = limits.untilArchived()
                && Retention.deletions(segments, bytes, 0, now, limits.regardlessOfArchives())
                                .size()
                        > deletions.size();
        if (waits && !waitsForArchive) {
            LOG.log(Level.WARNING, "journal: segments beyond its limits stay, because they are not archived");
        }
        waitsForArchive = waits;
        return deletions;
    }

    /** Returns whether any segment went. */
    private boolean delete(List<Deletion> deletions, JournalWriter.Teller teller) throws IOException {
        List<Deletion> all = new ArrayList<>(untold);
        all.addAll(deletions);
        if (all.isEmpty()) {
            return false;
        }
        int before = untold.size();
        int gone = before;
        for (boolean told = false; !told; ) {
            try {
                teller.tell(mark(all));
                told = true;
            } catch (DiskFullException e) {
                if (gone == all.size()) {
                    untold = all;
                    return gone > before;
                }
                appender.delete(all.get(gone).segment());
                gone++;
            }
        }
        untold = List.of();
        try {
            for (; gone < all.size(); gone++) {
                appender.delete(all.get(gone).segment());
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "journal: cannot be kept within its limits: {0}", FileErrors.line(e));
            nextLook = clock.now().monotonic() + RETRY_NANOS;
            return gone > before;
        }
        outlook.deleted(bytes(all));
        log(all);
        return gone > before;
    }

    private static Mark.Retention mark(List<Deletion> deletions) {
        StoredSegment first = deletions.get(0).segment();
        StoredSegment last = deletions.get(deletions.size() - 1).segment();
        return new Mark.Retention(
                first.name(),
                last.name(),
                deletions.size(),
                bytes(deletions),
                last.lastSequence(),
                first.from(),
                last.until(),
                reasons(deletions));
    }

    private static long bytes(List<Deletion> deletions) {
        return deletions.stream()
                .mapToLong(deletion -> deletion.segment().bytes())
                .sum();
    }

    private static String reasons(List<Deletion> deletions) {
        return deletions.stream()
                .map(deletion -> deletion.reason().text())
                .distinct()
                .collect(Collectors.joining("; "));
    }

    /** Names a reason once: the marks in the journal name each deletion. */
    private void log(List<Deletion> deletions) {
        boolean news = false;
        for (Deletion deletion : deletions) {
            news |= logged.add(deletion.reason());
        }
        if (news) {
            LOG.log(
                    logged.contains(Deletion.Reason.SPACE) ? Level.WARNING : Level.INFO,
                    "journal: deleted the oldest segments, {0} to {1}, {2}: {3}",
                    deletions.get(0).segment().name(),
                    deletions.get(deletions.size() - 1).segment().name(),
                    Forecast.size(bytes(deletions)),
                    reasons(deletions));
        }
    }
}
